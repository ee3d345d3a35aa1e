import { CodedError } from '@nannyapi/process';
import { LOGIN_PROBLEMS, type LoginProblem } from './login-problem.ts';

/** A login that came to nothing; `code` is a key of {@link LOGIN_PROBLEMS}. */
export class LoginError extends CodedError {
  override readonly code: LoginProblem;
  /** Why, for the log: words of ours and error codes of protocols, never anything that opens something. */
  readonly reason: string;

  constructor(problem: LoginProblem, reason: string) {
    super({ code: problem, message: LOGIN_PROBLEMS[problem], status: 403 });
    this.name = 'LoginError';
    this.code = problem;
    this.reason = reason;
  }
}
