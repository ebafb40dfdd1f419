import { shellCommands } from '../../../src/documents/shell.ts';
import { swallowed, validates } from '../../../src/facts/validation/commands.ts';

test.each([
  ['dbt test --select features', true],
  ['soda scan -d prod checks.yml', true],
  ['python validate_data.py', true],
  ['Evaluate model', true],
  ['ruff check models', false],
  ['az ml data create --file adult_test.yaml', false],
  ['pytest', false],
  ['Upload model test results', false],
  ['make data', false],
])('%s validates: %s', (said, expected) => {
  expect(validates(said)).toBe(expected);
});

test.each([
  ['dbt test || true', ['|| true']],
  ['set +e\ndbt test\necho done', ['set +e']],
  ['set +e\ndbt test\nset -e\n./next.sh', []],
  ['set +e\ndbt test\nexit $?', []],
  ['dbt test || exit 1', []],
  ['set -euo pipefail\ndbt test\n./next.sh', []],
  ['rm -rf data/test || true', []],
])('%j swallows %j', (script, how) => {
  expect(swallowed(shellCommands(script)).map((each) => each.how)).toEqual(how);
});
