import type { PathUse, Refusal } from '../verdict.ts';
import { isRefusal, refuse, shown } from '../verdict.ts';
import type { Slot } from './grammar.ts';
import type { ValueVerdict } from './match-value.ts';
import { matchValue, moreTelling } from './match-value.ts';

/** Matches operands against the forms of a grammar; the first that fits is taken. */
export function matchForms(forms: readonly (readonly Slot[])[], operands: readonly string[]): ValueVerdict {
  let refusal: Refusal | undefined;
  for (const form of forms) {
    const verdict = matchSlots(form, operands);
    if (!isRefusal(verdict)) return verdict;
    refusal = moreTelling(refusal, verdict);
  }
  return refusal ?? refuse('command-operand', `${shown(operands[0] ?? '')} is no accepted operand`);
}

function matchSlots(slots: readonly Slot[], operands: readonly string[]): ValueVerdict {
  const [slot, ...rest] = slots;
  if (!slot) return endOfForm(operands);
  if ('sampling' in slot) return matchSampling(slot.sampling.maxSeconds, rest, operands);
  const paths: PathUse[][] = [];
  let refusal: Refusal | undefined;
  for (const operand of operands.slice(0, slot.max)) {
    const verdict = matchValue(slot.value, operand);
    if (isRefusal(verdict)) {
      refusal = verdict;
      break;
    }
    paths.push([...verdict.paths]);
  }
  // Greedy first, then shorter: "iostat sda 1 3" must leave the numbers to the sampling slot.
  for (let taken = paths.length; taken >= slot.min; taken -= 1) {
    const verdict = matchSlots(rest, operands.slice(taken));
    if (!isRefusal(verdict)) return { verdict: 'accept', paths: [...paths.slice(0, taken).flat(), ...verdict.paths] };
    refusal = moreTelling(refusal, verdict);
  }
  return refusal ?? refuse('command-operand', operands.length === 0 ? 'an operand is missing' : 'too few operands');
}

function endOfForm(operands: readonly string[]): ValueVerdict {
  const [extra] = operands;
  if (extra === undefined) return { verdict: 'accept', paths: [] };
  return refuse('command-operand', `the operand ${shown(extra)} has no place`);
}

function matchSampling(maxSeconds: number, rest: readonly Slot[], operands: readonly string[]): ValueVerdict {
  const [interval, count] = operands;
  if (interval === undefined || !/^\d{1,4}$/.test(interval)) return matchSlots(rest, operands);
  if (count === undefined || !/^\d{1,4}$/.test(count)) {
    return refuse(
      'command-unbounded',
      'an interval without a count samples for ever',
      'an interval and a count, such as 1 3',
    );
  }
  const seconds = Number(interval) * Number(count);
  if (Number(interval) < 1 || Number(count) < 1 || seconds > maxSeconds) {
    return refuse('command-unbounded', `sampling for ${seconds} s`, `interval times count from 1 to ${maxSeconds} s`);
  }
  return matchSlots(rest, operands.slice(2));
}
