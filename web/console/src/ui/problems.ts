import { useI18n } from 'vue-i18n';
import type { ApiProblem } from '../api/problem';

export interface ProblemText {
  sentence: string;
  next: string;
}

/** Turns a refusal into a sentence and the next step, in the user's language. */
export function useProblemText(): (problem: ApiProblem) => ProblemText {
  const { t, te } = useI18n();
  return (problem) => {
    const known = te(`problem.${problem.code}.text`) ? problem.code : 'internal';
    const seconds = problem.retry_after_s;
    return {
      sentence: problem.detail || t(`problem.${known}.text`),
      next: seconds ? t('problem.retry_after', { seconds }) : t(`problem.${known}.next`),
    };
  };
}
