import { isProtected } from '../../../src/facts/fairness/attributes.ts';

test.each([
  'age',
  'Age',
  'age_group',
  'customer_age',
  'applicantRace',
  'race',
  'sex',
  'is_disabled',
  'marital_status',
  'native_country',
  'gender_code',
])('%s is protected', (column) => {
  expect(isProtected(column)).toBe(true);
});

test.each([
  'page',
  'stage',
  'usage',
  'race_id',
  'account_age',
  'age_of_listing',
  'vehicle_age',
  'essex',
  'average',
  'status',
  'country',
  'trace',
])('%s is not', (column) => {
  expect(isProtected(column)).toBe(false);
});
