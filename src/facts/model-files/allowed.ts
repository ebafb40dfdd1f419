import { ALLOWED_LIBRARIES } from './allowed-libraries.ts';
import { ALLOWED_SKLEARN } from './allowed-sklearn.ts';
import { ALLOWED_TORCH } from './allowed-torch.ts';
import type { SourceId } from './sources.ts';
import { type NameRow, rows } from './tier-rows.ts';

/** The standard library: classes that hold values. Nothing here calls, opens, imports or evaluates. */
const STANDARD: readonly NameRow[] = [
  ...rows(
    'python-library',
    `
collections: OrderedDict defaultdict Counter deque ChainMap
datetime: datetime date time timedelta timezone
zoneinfo: ZoneInfo ZoneInfo._unpickle
decimal: Decimal
_pydecimal: Decimal
fractions: Fraction
uuid: UUID SafeUUID
pathlib: Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath
pathlib._local: Path PosixPath WindowsPath PurePosixPath PureWindowsPath
enum: Enum IntEnum
types: SimpleNamespace NoneType
argparse: Namespace
random: Random
re: _compile
string: Template
array: array _array_reconstructor
_codecs: encode
io: BytesIO StringIO
_io: BytesIO StringIO
`,
  ),
  ...rows('python-copyreg', 'copyreg: _reconstructor __newobj__ __newobj_ex__\ncopy_reg: _reconstructor __newobj__'),
];

/** Every allowed `module.name` with its source. Exact names only. */
export const ALLOWED: ReadonlyMap<string, SourceId> = new Map(
  [...STANDARD, ...ALLOWED_LIBRARIES, ...ALLOWED_SKLEARN, ...ALLOWED_TORCH].flatMap(({ module, names, source }) =>
    names.map((name): [string, SourceId] => [`${module}.${name}`, source]),
  ),
);
