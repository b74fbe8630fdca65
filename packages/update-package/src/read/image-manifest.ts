import { CborMap, decodeDeterministic, malformed, text } from './cbor-map.ts';
import { ComponentKey, ConstraintKey, ImageKey } from './layout.ts';
import {
  MAX_COMPONENTS,
  MAX_METADATA_BYTES,
  MAX_METADATA_ENTRIES,
  MAX_PAYLOAD_BYTES,
  MAX_TEXT_BYTES,
} from './limits.ts';
import type { Component, Constraints, ImageManifest } from './manifest.ts';
import { PackageError, PackageErrorCode } from './refusal.ts';

/** Last second that a `Date` can name (ECMA-262 §21.4.1.1). */
const LAST_SECOND = 8_640_000_000_000;

/** Throws {@link PackageError}. docs/package-format.md §4. */
export function decodeImageManifest(octets: Uint8Array): ImageManifest {
  const map = new CborMap(decodeDeterministic(octets, 'the image manifest'), 'image manifest', ImageKey);
  const release = map.uint(ImageKey.release, 'release');
  const securityFloor = map.uint(ImageKey.securityFloor, 'security floor');
  if (securityFloor > release) throw malformed('image manifest: the security floor is above the release');
  return {
    name: map.text(ImageKey.name, 'name'),
    version: map.text(ImageKey.version, 'version'),
    release,
    securityFloor,
    created: map.uint(ImageKey.created, 'created', LAST_SECOND) * 1000,
    allowDowngrade: map.flag(ImageKey.allowDowngrade, 'allowDowngrade'),
    constraints: decodeConstraints(map.get(ImageKey.constraints)),
    components: decodeComponents(map.list(ImageKey.components, 'components', MAX_COMPONENTS)),
    metadata: map.has(ImageKey.metadata) ? decodeMetadata(map.get(ImageKey.metadata)) : {},
  };
}

function decodeConstraints(value: unknown): Constraints {
  const map = new CborMap(value, 'constraints', ConstraintKey);
  return {
    manufacturer: map.text(ConstraintKey.manufacturer, 'manufacturer'),
    models: map.texts(ConstraintKey.models, 'models'),
    ...(map.has(ConstraintKey.hardware) && { hardware: map.texts(ConstraintKey.hardware, 'hardware') }),
    ...(map.has(ConstraintKey.fromVersions) && {
      fromVersions: map.texts(ConstraintKey.fromVersions, 'from-versions'),
    }),
  };
}

function decodeComponents(list: readonly unknown[]): readonly Component[] {
  const components = list.map(decodeComponent);
  if (new Set(components.map(({ id }) => id)).size < components.length) {
    throw malformed('image manifest: two components have one id');
  }
  return components;
}

function decodeComponent(value: unknown): Component {
  const map = new CborMap(value, 'component', ComponentKey);
  return {
    id: map.text(ComponentKey.id, 'id'),
    size: map.uint(ComponentKey.size, 'size', MAX_PAYLOAD_BYTES),
    sha256: map.hash(ComponentKey.sha256, 'hash'),
    ...(map.has(ComponentKey.root) && { root: map.text(ComponentKey.root, 'FUMO root') }),
  };
}

function decodeMetadata(value: unknown): Readonly<Record<string, string>> {
  if (!(value instanceof Map)) throw malformed('image manifest: the metadata is no map');
  if (value.size > MAX_METADATA_ENTRIES) {
    throw new PackageError(
      PackageErrorCode.limit,
      `image manifest: more than ${MAX_METADATA_ENTRIES} metadata entries`,
    );
  }
  const entries = [...value].map(([key, entry]: [unknown, unknown]) => [
    text(key, 'metadata name', MAX_TEXT_BYTES),
    text(entry, 'metadata value', MAX_METADATA_BYTES),
  ]);
  return Object.fromEntries(entries);
}
