import { loadPython } from '../../../src/documents/python/parse.ts';
import { packageOf } from '../../../src/facts/versions/own-package.ts';
import { projectOf } from '../formats/project.ts';

beforeAll(loadPython);

test.each([
  [{ 'pyproject.toml': '[project]\nname = "My_Tuner"\n' }, '', 'my-tuner'],
  [{ 'lib/pyproject.toml': '[tool.poetry]\nname = "tuner"\n' }, 'lib', 'tuner'],
  [{ 'setup.py': 'from setuptools import setup\nNAME = "tuner"\nsetup(name=NAME)\n' }, '', 'tuner'],
  [{ 'pyproject.toml': '[tool.ruff]\nline-length = 100\n' }, '', undefined],
  [{ 'setup.py': 'print("hello")\n' }, '', undefined],
  [{}, '', undefined],
])('%j in %j is the package %j', (files, folder, name) => {
  expect(packageOf(projectOf(files), folder)).toBe(name);
});
