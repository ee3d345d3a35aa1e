import { clip, runs } from '../../candidate.ts';
import type { Candidate, Rule } from '../../candidate.ts';
import { ClusterView } from '../../cluster/cluster-view.ts';
import type { NodeCondition } from '../../cluster/cluster-objects.ts';
import { tellAge } from '../../cluster/recent-rollout.ts';

/** What a bad condition of a node means. */
interface ConditionFault {
  mechanism: string;
  type: string;
  statement: string;
  topics: RegExp;
  plan: string[];
}

const FAULTS: readonly ConditionFault[] = [
  {
    mechanism: 'NodeNotReady',
    type: 'Ready',
    statement: 'the control plane hears nothing good of its kubelet, so that its pods are taken for lost',
    topics: /node|ready|\bdown\b|pending|terminat|unknown|lost|unavailable|fail/u,
    plan: [
      'On the node see the kubelet and the container runtime: `systemctl status kubelet containerd`, `journalctl -u kubelet -n 100`.',
      'See whether the node reaches the API server, and whether its certificate is valid.',
    ],
  },
  {
    mechanism: 'NodeDiskPressure',
    type: 'DiskPressure',
    statement:
      'the kubelet finds too little room for images or pods on its disk, starts no new pods there and evicts others',
    topics: /disk|space|full|evict|storage|image|pending|node|write|fail|pull/u,
    plan: [
      'See what fills it: `df -h`, `du -x -d 1 -h /var/lib/kubelet /var/lib/containerd /var/log/pods`.',
      'Remove images that nobody uses (`crictl rmi --prune`) and old logs; find the pod that writes most.',
    ],
  },
  {
    mechanism: 'NodeMemoryPressure',
    type: 'MemoryPressure',
    statement: 'the kubelet finds too little free memory, starts no new pods without a request there and evicts others',
    topics: /memory|\boom\b|evict|kill|pending|node|slow|fail|\bram\b/u,
    plan: [
      'See who holds the memory: `kubectl top pod -A --sort-by=memory`, `ps -eo pid,rss,args --sort=-rss | head`.',
      'Give the largest pods a request and a limit, or move them away.',
    ],
  },
  {
    mechanism: 'NodePIDPressure',
    type: 'PIDPressure',
    statement: 'the kubelet finds too few process ids left, and evicts pods',
    topics: /\bpids?\b|process|fork|thread|evict|node|fail/u,
    plan: [
      'See who has most processes: `ps -eo pid,ppid,nlwp,args --sort=-nlwp | head`; set `podPidsLimit` of the kubelet.',
    ],
  },
];

/** Finds nodes that are not ready or short of something, by their own conditions. */
export const findNodeConditions: Rule = ({ cluster }) =>
  FAULTS.flatMap((fault) => {
    const condition = cluster.nodeConditions.find(({ type, status }) => type === fault.type && isBad(type, status));
    return condition === undefined ? [] : [toCandidate(condition, fault)];
  });

function isBad(type: string, status: string): boolean {
  return type === 'Ready' ? status !== 'True' : status === 'True';
}

function toCandidate(condition: NodeCondition, fault: ConditionFault): Candidate {
  const { node, type, ageSeconds, message, quote } = condition;
  const component = `node ${node}`;
  return {
    finding: {
      mechanism: fault.mechanism,
      component,
      statement: clip(
        `Node ${node} has had condition ${type}=${condition.status} for ${tellAge(ageSeconds)}: ${fault.statement}.${message === '' ? '' : ` It says: "${message.slice(0, 300)}".`}`,
        1024,
      ),
      evidence: [quote],
    },
    strength: 82,
    nature: 'State',
    topics: fault.topics,
    needsSymptom: false,
    explains: ['PodEvicted'],
    confirmation: {
      hypothesis: clip(`${fault.mechanism} of node ${node} lasts`, 256),
      actions: [runs('df', '-B1'), runs('cat', '/proc/meminfo'), runs('cat', '/proc/loadavg')],
      judge: (step) => {
        const fresh = ClusterView.ofStep(step);
        if (fresh.isEmpty) return { outcome: 'Unclear', statement: 'the API server was not asked again' };
        const now = fresh.nodeConditions.find((other) => other.type === type);
        if (now === undefined) return { outcome: 'Unclear', statement: `condition ${type} was not told again` };
        return isBad(type, now.status)
          ? { outcome: 'Confirmed', quotes: [now.quote] }
          : {
              outcome: 'Gone',
              quotes: [now.quote],
              statement: `condition ${type} of node ${node} is ${now.status} now`,
            };
      },
    },
    plan: [`See all conditions and events: \`kubectl describe node ${node}\`.`, ...fault.plan]
      .map((line, index) => `${index + 1}. ${line}`)
      .join('\n'),
  };
}
