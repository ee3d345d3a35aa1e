import { GRANTS, OAUTH_PATHS } from '@nannyapi/protocol';
import { PROOF_ALGORITHMS } from './dpop/proof.ts';

/**
 * Authorization server metadata (RFC 8414 §2).
 *
 * @param origin under which the client reached us: the document's issuer must be the URL that it was asked for
 */
export function oauthMetadata(origin: string): object {
  const at = (path: string): string => new URL(path, origin).href;
  return {
    issuer: origin,
    device_authorization_endpoint: at(OAUTH_PATHS.deviceAuthorization),
    token_endpoint: at(OAUTH_PATHS.token),
    revocation_endpoint: at(OAUTH_PATHS.revocation),
    // Required by the RFC; there is no authorization endpoint: people log in with providers, not with us.
    response_types_supported: [],
    grant_types_supported: [GRANTS.deviceCode, GRANTS.refreshToken, GRANTS.enrollmentToken],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
  };
}
