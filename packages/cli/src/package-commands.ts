import {
  type DeviceClaims,
  keyIdOf,
  type PackageHeader,
  type TrustedKey,
} from '@fumarole/update-package/read';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError, ExitCode } from './cli-error.ts';
import { jsonCommand, outputOf, wholeNumber } from './context.ts';
import { registerDeltaCommands } from './delta-commands.ts';
import { base64, fileSigner, generateKeyFile, packagePorts, readPublicKey } from './key-files.ts';
import { type Output, printFacts, printJson, sizeText } from './output.ts';
import { makePackageFile, readPackageHeader, verifyPackageFile } from './package-files.ts';

const RELEASE = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** `fumarole package make|inspect|verify|diff|apply` and `fumarole keys generate|show`: files only, no server. */
export function registerPackageCommands(program: Command): void {
  const packages = program
    .command('package')
    .description('make, inspect and verify update package files; make and apply deltas');
  registerMake(packages);
  jsonCommand(packages, 'inspect <file>', 'what a package file says of itself; nothing is verified').action(
    async (file: string, _options: unknown, command: Command) => {
      const output = outputOf(command);
      const header = await readPackageHeader(file);
      if (output.json) printJson(output, presentHeader(header));
      else printFacts(output, headerFacts(header));
    },
  );
  registerVerify(packages);
  registerDeltaCommands(packages);
  const keys =
    program.commands.find((command) => command.name() === 'keys') ??
    program.command('keys').description('publisher keys');
  registerKeyFiles(keys);
}

interface MakeOptions {
  readonly image: readonly string[];
  readonly out: string;
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly manufacturer: string;
  readonly model: readonly string[];
  readonly hardware?: readonly string[];
  readonly from?: readonly string[];
  readonly floor?: number;
  readonly allowDowngrade?: boolean;
  readonly root?: string;
  readonly meta?: readonly string[];
  readonly created?: Date;
}

function registerMake(packages: Command): void {
  jsonCommand(packages, 'make', 'make and sign a package of whole images')
    .requiredOption('--image <[id=]file>', 'firmware image; repeat with ids for several components', each)
    .requiredOption('--out <file>', 'package file to write')
    .requiredOption('--key <file>', 'private key that signs (see `fumarole keys generate`)')
    .requiredOption('--name <text>', 'name of the firmware')
    .requiredOption('--version <text>', 'version that the device reports afterwards')
    .requiredOption('--release <n>', 'orders packages: larger is newer', RELEASE)
    .requiredOption('--manufacturer <text>', 'DevInfo/Man of the devices')
    .requiredOption('--model <text>', 'DevInfo/Mod of the devices; repeatable', each)
    .option('--hardware <text>', 'DevDetail/HwV of the devices; repeatable', each)
    .option('--from <version>', 'version that the device has to run now; repeatable', each)
    .option('--floor <n>', 'lowest release that devices may go to afterwards', RELEASE)
    .option('--allow-downgrade', 'devices with a newer release may take it')
    .option('--root <uri>', 'FUMO root of the component, for devices with several')
    .option('--meta <name=value>', 'free text under the signature; repeatable', each)
    .option('--created <time>', 'time of signing, ISO 8601; default now', isoTime)
    .action(async (options: MakeOptions, command: Command) => {
      const output = outputOf(command);
      const signer = await fileSigner(options.key);
      const header = await makePackageFile(orderOf(options), signer, options.out);
      if (output.json) printJson(output, { file: options.out, ...presentHeader(header) });
      else printFacts(output, [['file', options.out], ...headerFacts(header)]);
    });
}

function orderOf(options: MakeOptions): Parameters<typeof makePackageFile>[0] {
  if (options.image.length > 1 && options.root !== undefined) {
    throw new CliError('usage', '--root is for packages of one component.');
  }
  return {
    name: options.name,
    version: options.version,
    release: options.release,
    created: (options.created ?? new Date()).getTime(),
    ...(options.floor !== undefined && { securityFloor: options.floor }),
    ...(options.allowDowngrade === true && { allowDowngrade: true }),
    constraints: {
      manufacturer: options.manufacturer,
      models: options.model,
      ...(options.hardware !== undefined && { hardware: options.hardware }),
      ...(options.from !== undefined && { fromVersions: options.from }),
    },
    components: options.image.map((text) => componentOf(text, options)),
    metadata: Object.fromEntries((options.meta ?? []).map((text) => pair(text, '--meta'))),
  };
}

function componentOf(
  text: string,
  { image, root }: MakeOptions,
): { readonly id: string; readonly file: string; readonly root?: string } {
  const named = /^([\w.-]{1,64})=(.+)$/.exec(text);
  if (named === null && image.length > 1)
    throw new CliError('usage', `--image ${text}: give it an id, as id=file.`);
  const [, id = 'main', file = text] = named ?? [];
  return { id, file, ...(root !== undefined && { root }) };
}

interface VerifyOptions {
  readonly key: readonly string[];
  readonly manufacturer?: string;
  readonly model?: string;
  readonly hardware?: string;
  readonly from?: string;
  readonly release?: number;
  readonly floor?: number;
  readonly memory?: number;
}

function registerVerify(packages: Command): void {
  jsonCommand(packages, 'verify <file>', 'check signatures and every block, and whether a device may take it')
    .requiredOption('--key <file>', 'public key that is trusted; repeatable', each)
    .option('--manufacturer <text>', 'of the device, with --model')
    .option('--model <text>', 'of the device, with --manufacturer')
    .option('--hardware <text>', 'of the device')
    .option('--from <version>', 'version that the device runs')
    .option('--release <n>', 'release that the device runs', RELEASE)
    .option('--floor <n>', "the device's security floor", RELEASE)
    .addOption(new Option('--memory <octets>', 'memory that the device gives').argParser(RELEASE))
    .action(async (file: string, options: VerifyOptions, command: Command) => {
      const output = outputOf(command);
      const keys = await Promise.all(options.key.map(trustedKey));
      const { header, verdict } = await verifyPackageFile(file, { keys }, claimsOf(options));
      const refusal = verdict.kind === 'refused' ? verdict.refusal : undefined;
      if (output.json) printJson(output, { ok: refusal === undefined, refusal, ...presentHeader(header) });
      else output.write(refusal ? `refused (${refusal.code}): ${refusal.reason}\n` : `${sentence(header)}\n`);
      if (refusal !== undefined) process.exitCode = ExitCode.failure;
    });
}

async function trustedKey(file: string): Promise<TrustedKey> {
  return { algorithm: 'ed25519', publicKey: await readPublicKey(file), roles: ['image', 'transfer'] };
}

function claimsOf(options: VerifyOptions): DeviceClaims | undefined {
  const { manufacturer, model, hardware, from: version, release, floor: securityFloor, memory } = options;
  if (manufacturer === undefined && model === undefined) return undefined;
  if (manufacturer === undefined || model === undefined) {
    throw new CliError('usage', '--manufacturer and --model go together.');
  }
  return {
    manufacturer,
    model,
    ...(hardware !== undefined && { hardware }),
    ...(version !== undefined && { version }),
    ...(release !== undefined && { release }),
    ...(securityFloor !== undefined && { securityFloor }),
    ...(memory !== undefined && { memory }),
  };
}

function registerKeyFiles(keys: Command): void {
  jsonCommand(keys, 'generate <file>', 'make a publisher key pair: <file> (private) and <file>.pub').action(
    async (file: string, _options: unknown, command: Command) => {
      const output = outputOf(command);
      const made = await generateKeyFile(file);
      if (output.json) printJson(output, made);
      else printKey(output, made);
    },
  );
  jsonCommand(keys, 'show <file>', 'the key in a key file').action(
    async (file: string, _options: unknown, command: Command) => {
      const output = outputOf(command);
      const raw = await readPublicKey(file);
      const shown = { keyId: keyIdOf(raw, packagePorts.sha256), publicKey: base64(raw) };
      if (output.json) printJson(output, shown);
      else printKey(output, shown);
    },
  );
}

interface ShownKey {
  readonly keyId: string;
  readonly publicKey: string;
  readonly privateFile?: string;
  readonly publicFile?: string;
}

function printKey(output: Output, key: ShownKey): void {
  printFacts(output, [
    ['key', key.keyId],
    ['public key', key.publicKey],
    ['private key in', key.privateFile],
    ['public key in', key.publicFile],
  ]);
}

function presentHeader(header: PackageHeader): Readonly<Record<string, unknown>> {
  const { manifest } = header.image;
  return {
    format: `${header.version.major}.${header.version.minor}`,
    headerOctets: header.headerLength,
    payloadOctets: header.payloadLength,
    image: { ...manifest, created: new Date(manifest.created).toISOString() },
    parts: header.transfer.manifest.parts.map(({ blocks, ...part }) => ({
      ...part,
      blocks: blocks.length / 32,
    })),
    signedBy: {
      image: header.image.signatures.map(({ keyId }) => keyId),
      transfer: header.transfer.signatures.map(({ keyId }) => keyId),
    },
  };
}

function headerFacts(header: PackageHeader): readonly (readonly [string, unknown])[] {
  const { manifest, signatures } = header.image;
  const { constraints } = manifest;
  return [
    ['name', manifest.name],
    ['version', manifest.version],
    ['release', manifest.release],
    ['security floor', manifest.securityFloor],
    ['downgrade', manifest.allowDowngrade ? 'allowed' : 'not allowed'],
    ['created', new Date(manifest.created).toISOString()],
    ['maker', constraints.manufacturer],
    ['models', constraints.models.join(', ')],
    ['hardware', constraints.hardware?.join(', ') ?? 'any'],
    ['from versions', constraints.fromVersions?.join(', ') ?? 'any'],
    ...manifest.components.map(
      ({ id, size, sha256 }) => [`component ${id}`, `${sizeText(size)}, SHA-256 ${sha256}`] as const,
    ),
    ...header.transfer.manifest.parts.map(
      ({ method, size }, i) => [`part ${i + 1}`, `${sizeText(size)} by method ${method}`] as const,
    ),
    ...Object.entries(manifest.metadata).map(([name, value]) => [name, value] as const),
    ['signed by', signatures.map(({ keyId }) => keyId).join(', ')],
  ];
}

function sentence({ image, payloadLength }: PackageHeader): string {
  const { name, version, release } = image.manifest;
  return `verified: ${name} ${version} (release ${release}), ${sizeText(payloadLength)}, signatures and every block are right`;
}

function each(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

function pair(text: string, option: string): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new CliError('usage', `${option} ${text}: name=value is expected.`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function isoTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('a time such as 2026-01-31T12:00:00Z is expected.');
  return time;
}
