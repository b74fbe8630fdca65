import { PackageError, type PackageHeader, parseHeader } from '@fumarole/update-package/read';
import { field, type Report, type Shown } from './report.ts';

const MAGIC = [0x89, 0x46, 0x55, 0x4d];

export function isUpdatePackage(octets: Uint8Array): boolean {
  return MAGIC.every((octet, at) => octets[at] === octet);
}

/** The header of an update package; signatures and blocks are checked by `package verify`. */
export function decodeUpdatePackage(octets: Uint8Array, cut: boolean, report: Report): Shown {
  report.formats.push('update package');
  const shown: Shown = { label: 'update package', offset: 0, children: [] };
  try {
    const header = parseHeader(octets);
    shown.children.push(...headerFields(header));
    const whole = header.headerLength + header.payloadLength;
    if (!cut && octets.length < whole) {
      report.fail(octets.length, `the package ends ${whole - octets.length} octets before its end`);
    } else if (!cut && octets.length > whole) {
      report.warn(`${octets.length - whole} octets follow the package`, whole);
    }
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    report.fail(error.offset ?? 0, error.message);
  }
  return shown;
}

function headerFields(header: PackageHeader): Shown[] {
  const { image, transfer, version } = header;
  const { manifest } = image;
  const { manufacturer, models, hardware, fromVersions } = manifest.constraints;
  const plain = (label: string, text: string): Shown => ({ label, text, children: [] });
  const signed = (signatures: PackageHeader['image']['signatures']): Shown =>
    plain('signed by', signatures.map(({ keyId }) => keyId).join(', '));
  return [
    field('format', 8, `${version.major}.${version.minor}`),
    field('header', 0, `${header.headerLength} octets`),
    {
      label: 'image manifest',
      children: [
        plain('name', manifest.name),
        plain('version', manifest.version),
        plain('release', String(manifest.release)),
        plain('security floor', String(manifest.securityFloor ?? '')),
        plain('created', new Date(manifest.created).toISOString()),
        plain('manufacturer', manufacturer),
        plain('models', models.join(', ')),
        ...(hardware === undefined ? [] : [plain('hardware', hardware.join(', '))]),
        ...(fromVersions === undefined ? [] : [plain('from versions', fromVersions.join(', '))]),
        ...manifest.components.map(({ id, size, sha256 }) =>
          plain(`component ${id}`, `${size} octets, SHA-256 ${sha256}`),
        ),
        signed(image.signatures),
      ],
    },
    {
      label: 'transfer manifest',
      children: [
        ...transfer.manifest.parts.map(({ method, size }, at) =>
          plain(`part ${at + 1}`, `${size} octets by method ${method}`),
        ),
        signed(transfer.signatures),
      ],
    },
    field('payload', header.headerLength, `${header.payloadLength} octets`),
  ];
}
