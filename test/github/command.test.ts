import { parseCommand } from '../../src/github/command.ts';

describe('parseCommand', () => {
  test.each([
    ['/ml-review', { word: 'review' }],
    ['/ml-review \nthanks', { word: 'review' }],
    ['/ml-review status', { word: 'status' }],
    ['/ml-review accept  it is   fine', { word: 'accept', reason: 'it is fine' }],
    ['/ml-review explain leak-fit-on-test', { word: 'explain', id: 'leak-fit-on-test' }],
  ])('%j', (body, command) => {
    expect(parseCommand(body)).toEqual(command);
  });

  test.each([
    '/ml-review accept',
    '/ml-review explain',
    '/ml-review explain two words',
    '/ml-review explain <img>',
    '/ml-review merge',
    '/ml-review status now',
  ])('%j is not understood', (body) => {
    expect(parseCommand(body)).toBeUndefined();
  });
});
