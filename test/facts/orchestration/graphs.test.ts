import { pipelineGraphs, stepsBefore } from '../../../src/facts/orchestration/graphs.ts';
import { projectOf } from '../formats/project.ts';

const names = (files: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    pipelineGraphs(projectOf(files)).flatMap((graph) =>
      graph.steps.map(
        (step) =>
          [
            step.name,
            stepsBefore(graph, step)
              .map(({ name }) => name)
              .sort(),
          ] as const,
      ),
    ),
  );

test('stages of dvc are joined by what they make and read', () => {
  const stages =
    'stages:\n  get:\n    cmd: x\n    outs: [data]\n  train:\n    cmd: x\n    deps: [data/train.csv]\n    outs: [m.pkl]\n  push:\n    cmd: x\n    deps: [m.pkl]\n';
  expect(names({ 'dvc.yaml': stages })).toEqual({ get: [], train: ['get'], push: ['get', 'train'] });
});

test('a circle ends', () => {
  const on = 'on: push\njobs:\n  a: {needs: b, runs-on: x, steps: []}\n  b: {needs: a, runs-on: x, steps: []}\n';
  expect(names({ '.github/workflows/x.yml': on })).toEqual({ a: ['a', 'b'], b: ['a', 'b'] });
});

test('jobs of azure are joined by their outputs', () => {
  const pipeline =
    'type: pipeline\njobs:\n  prep: {type: command}\n  train:\n    inputs:\n      data: ${{parent.jobs.prep.outputs.out}}\n';
  expect(names({ 'job.yml': pipeline })).toEqual({ prep: [], train: ['prep'] });
});
