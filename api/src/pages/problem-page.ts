import type { RenderProblem } from '../http/pages.ts';
import type { PageWriter } from './page-writer.ts';
import { problemView } from './views/problem-view.ts';

/** Writes failures of pages as pages. Given to the app before any page is registered. */
export function createProblemPage(writer: PageWriter): RenderProblem {
  return (problem, request, reply) =>
    writer.write(request, reply, () => ({ title: problem.title, body: problemView(problem), width: 'narrow' }));
}
