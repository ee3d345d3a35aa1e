import type { CaseFile, Finding } from '../diagnostician.ts';
import type { Candidate, RuleInput } from './candidate.ts';
import { ClusterView } from './cluster/cluster-view.ts';
import { isSamePod } from './cluster/pod-names.ts';
import { ContextFacts } from './context-facts.ts';
import { RULES } from './rules/index.ts';

/** A candidate with its rank for the symptom at hand. */
export interface RankedCandidate extends Candidate {
  /** Strength, plus what the symptom adds. */
  score: number;
  /** True when the symptom speaks of this kind of fault. */
  matchesSymptom: boolean;
  /** True for what may be told beside a verdict and never is one: faults of others than the pod that was asked about. */
  isRemark: boolean;
  /** True for a fault of the very pod that was asked about: it stands whatever the symptom says. */
  isOfTarget: boolean;
}

/** Words that fit every load; what is left of a symptom without them tells one family from another. */
const VAGUE_WORDS =
  /\b(?:slow\w*|lag\w*|unrespons\w*|sluggish\w*|latency|hang\w*|stuck|longer|machine|host|server)\b/gu;
/** What the symptom adds when it speaks of this kind of fault, vaguely or plainly, and when it names the very thing. */
const VAGUE_BONUS = 8;
/** Slowness is what a load does; a full disk makes programs fail. */
const SLOW_BONUS = 14;
const TOPIC_BONUS = 22;
const NAME_BONUS = 30;
/** What a consequence loses beside its cause. */
const EXPLAINED_MALUS = 45;
/** What a fault of the very pod that was asked about gains over those of its node. */
const TARGET_BONUS = 30;
/** More findings than this are not stored. */
const MAX_FINDINGS = 32;

/** Builds what the rules are given from a case. */
export function toRuleInput(input: CaseFile): RuleInput {
  const { prompt, context, ebpf } = input.investigation;
  const facts = new ContextFacts(input.steps);
  return {
    facts,
    cluster: new ClusterView(facts),
    symptom: [prompt, ...Object.values(context)].join('\n').toLowerCase(),
    capabilities: input.agent.capabilities,
    ebpf,
  };
}

/** All faults that the context shows, strongest for the symptom first. Equal cases give equal answers. */
export function rankCandidates(input: RuleInput): RankedCandidate[] {
  const found = RULES.flatMap((rule) => rule(input));
  return found
    .map((candidate) => rank(candidate, input, found))
    .sort((a, b) => b.score - a.score || a.finding.component.localeCompare(b.finding.component))
    .slice(0, MAX_FINDINGS);
}

function rank(candidate: Candidate, { symptom, cluster }: RuleInput, found: readonly Candidate[]): RankedCandidate {
  const matchesSymptom = candidate.topics.test(symptom);
  const isExplained = found.some(
    (other) =>
      other !== candidate &&
      other.explains.includes(candidate.finding.mechanism) &&
      reaches(other, candidate) &&
      !isIdle(other, symptom),
  );
  const isOfTarget = isPlacedIn(candidate, cluster.target);
  const score =
    candidate.strength +
    topicBonus(candidate, symptom) +
    (namesTheThing(candidate.finding, symptom) ? NAME_BONUS : 0) +
    (isOfTarget ? TARGET_BONUS : 0) -
    (isExplained ? EXPLAINED_MALUS : 0);
  const isRemark = cluster.target !== undefined && candidate.place !== undefined && !isOfTarget;
  return { ...candidate, matchesSymptom, score, isRemark, isOfTarget };
}

function isPlacedIn({ place }: Candidate, pod: ClusterView['target']): boolean {
  return place !== undefined && place !== 'Host' && isSamePod(place.pod, pod);
}

/** True when what one thing suffers from can have the other as its consequence: a fault of one pod explains none of another. */
function reaches({ place }: Candidate, other: Candidate): boolean {
  if (place === undefined || other.place === undefined) return true;
  if (place === 'Host' || other.place === 'Host') return place === other.place;
  return isPlacedIn(other, place.pod);
}

function topicBonus(candidate: Candidate, symptom: string): number {
  if (candidate.topics.test(symptom.replaceAll(VAGUE_WORDS, ' '))) return TOPIC_BONUS;
  if (!candidate.topics.test(symptom)) return 0;
  return candidate.nature === 'Load' ? SLOW_BONUS : VAGUE_BONUS;
}

function isIdle(candidate: Candidate, symptom: string): boolean {
  return candidate.needsSymptom && !candidate.topics.test(symptom);
}

/** True when the symptom names a path, process, group or device of the finding. `/` and other short words name nothing. */
function namesTheThing(finding: Finding, symptom: string): boolean {
  const names = finding.component.toLowerCase().match(/[\w./@-]{4,}/gu) ?? [];
  const telling = names
    .flatMap((name) => [name, name.split('/').at(-1) ?? ''])
    .filter((name) => name.length >= 4 && !COMMON_WORDS.has(name));
  return telling.some((name) => new RegExp(`(?<![\\w/.-])${escapeRegExp(name)}(?![\\w-])`, 'u').test(symptom));
}

const COMMON_WORDS: ReadonlySet<string> = new Set(
  `process processes pids cgroup disk file system memory host tasks used mounted killed largest ext4 tmpfs python python3 bash
   node root sleep processors single stands writer limit container containers volume service name server servers`.split(
    /\s+/u,
  ),
);

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);
}
