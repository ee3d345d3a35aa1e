/** The API group of all our kinds. */
export const GROUP = 'nannyai.dev';
/** The one version that is served and stored. */
export const VERSION = 'v1alpha1';
/** `apiVersion` of all our objects. */
export const API_VERSION = `${GROUP}/${VERSION}` as const;

const namespaced = (kind: string, plural: string) => ({
  group: GROUP,
  version: VERSION,
  kind,
  plural,
  namespaced: true,
});

/** Where the API server keeps each kind. */
export const AgentResource = namespaced('Agent', 'agents');
export const AgentTaskResource = namespaced('AgentTask', 'agenttasks');
export const EvidenceResource = namespaced('Evidence', 'evidence');
export const InvestigationResource = namespaced('Investigation', 'investigations');
export const AgentCredentialResource = namespaced('AgentCredential', 'agentcredentials');
export const DeviceCodeResource = namespaced('DeviceCode', 'devicecodes');
export const EnrollmentTokenResource = namespaced('EnrollmentToken', 'enrollmenttokens');
export const UserResource = { ...namespaced('User', 'users'), namespaced: false };
