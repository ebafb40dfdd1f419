import { repoPath } from '../../../src/core/location.ts';
import { predecessors, stepsBack } from '../../../src/facts/serving/predecessor.ts';

const one = (key: string, path: string, model: string) => ({ key, document: { path: repoPath(path) }, model });

test('the one of its key in the same file came before, in the order of the file', () => {
  const now = [one('a', 'x.yml', '3'), one('a', 'x.yml', '4'), one('b', 'x.yml', '9')];
  const earlier = predecessors([one('a', 'x.yml', '1'), one('a', 'x.yml', '2'), one('a', 'y.yml', '7')], now);
  expect(now.map((each) => earlier(each)?.model)).toEqual(['1', '2', undefined]);
});

test('a file that is new takes the place of the only one that went', () => {
  const [fresh, stays] = [one('a', 'new.yml', '2'), one('a', 'stays.yml', '1')];
  const [old, older] = [one('a', 'old.yml', '1'), one('a', 'older.yml', '0')];
  const earlier = (...before: readonly (typeof old)[]) => predecessors(before, [fresh, stays])(fresh);
  expect(earlier(old, stays)).toBe(old);
  expect(earlier(old, older, stays)).toBeUndefined();
  expect(earlier(stays)).toBeUndefined();
});

test('a version steps back by the first number that differs', () => {
  expect(stepsBack('gs://m/mlserver_1.2.4/income', 'gs://m/mlserver_1.3.0/income')).toBe(false);
  expect(stepsBack('azureml:churn:8', 'azureml:churn:7')).toBe(true);
  expect(stepsBack('azureml:churn:8', 'azureml:churn:8')).toBe(false);
  expect(stepsBack('gs://m/8', 'gs://m/7/2')).toBe(false);
});
