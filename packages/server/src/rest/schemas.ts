import Type, { type TUnsafe } from 'typebox';
import type {
  ApiBootstrap,
  ApiDescription,
  ApiDevice,
  ApiDeviceDetail,
  ApiError,
  ApiImport,
  ApiNode,
  ApiPackage,
  ApiPolicy,
  ApiProvisioned,
  ApiPublisherKey,
  ApiSession,
  ApiSessionDetail,
  ApiStatus,
  ApiTimelineEntry,
  ApiTreeCommand,
  ApiUpdate,
  ApiUpdatesCreated,
  ApiWhy,
} from './api.ts';
import { dateTime, describing, oneOf } from './schema.ts';

/** Answers of the REST API as schemas; the compiler holds them to the types of api.ts. */

const text = (description?: string) => Type.String(description === undefined ? {} : { description });
const optionalText = (description?: string) => Type.Optional(text(description));
const optionalTime = (description?: string) => Type.Optional(dateTime(description));
const count = (description?: string) =>
  Type.Integer(description === undefined ? { minimum: 0 } : { minimum: 0, description });

export const offerSchema: TUnsafe<ApiPolicy['offer']> = oneOf('automatic', 'on-request', 'manual');
export const viaSchema: TUnsafe<ApiPolicy['via']> = oneOf('auto', 'pkgdata', 'url', 'descriptor');
export const operationSchema: TUnsafe<ApiPolicy['operation']> = oneOf(
  'auto',
  'download-then-update',
  'download-and-update',
  'update-only',
);
export const schemeSchema: TUnsafe<'none' | 'basic' | 'md5' | 'mac' | 'transport'> = oneOf(
  'none',
  'basic',
  'md5',
  'mac',
  'transport',
);

export const errorSchema: TUnsafe<ApiError> = describing<ApiError>()(
  Type.Object({
    error: Type.Object({
      code: text('Stable code; docs/errors.md lists them.'),
      message: text(),
      details: Type.Optional(Type.Array(text())),
    }),
  }),
);

const policySchema = describing<ApiPolicy>()(
  Type.Object({
    offer: offerSchema,
    via: viaSchema,
    operation: operationSchema,
    profile: optionalText(),
    plainSchemes: Type.Optional(Type.Array(schemeSchema)),
  }),
);

export const updateSchema: TUnsafe<ApiUpdate> = describing<ApiUpdate>()(
  Type.Object({
    id: text(),
    device: text(),
    state: text('One of the words of the update life; `confirmed` once the device reports the target.'),
    reason: optionalText('Normalised reason of a failure.'),
    resultCode: Type.Optional(
      Type.Integer({ description: 'FUMO result code or SyncML status as received.' }),
    ),
    resultKind: Type.Optional(oneOf('result', 'status')),
    package: optionalText('SHA-256 of the package.'),
    fromVersion: optionalText(),
    toVersion: optionalText(),
    via: optionalText('How the package travels.'),
    operation: optionalText('What the device is told to do.'),
    why: optionalText('Why this way of delivery.'),
    attempts: count(),
    createdAt: optionalTime(),
    updatedAt: optionalTime(),
  }),
);

const deviceProperties = {
  id: text('DevId as the device sends it.'),
  key: optionalText('The id in the form under which events and sessions name it.'),
  manufacturer: optionalText(),
  model: optionalText(),
  hardware: optionalText(),
  firmware: optionalText('Version that the device last reported.'),
  quarantined: Type.Boolean(),
  policy: policySchema,
  lastSeen: optionalTime(),
  nextDue: optionalTime('When the server looks at it by itself.'),
  update: Type.Optional(updateSchema),
};
export const deviceSchema: TUnsafe<ApiDevice> = describing<ApiDevice>()(Type.Object(deviceProperties));

export const nodeSchema: TUnsafe<ApiNode> = describing<ApiNode>()(
  Type.Object({
    uri: text(),
    value: optionalText(),
    size: Type.Optional(count('Octets of a large value; `/value` of the command has them.')),
    sha256: optionalText('Hash of a large value.'),
    status: Type.Optional(Type.Integer()),
    format: optionalText(),
    type: optionalText(),
    at: optionalTime('When it was read.'),
  }),
);

export const treeCommandSchema: TUnsafe<ApiTreeCommand> = describing<ApiTreeCommand>()(
  Type.Object({
    id: text(),
    verb: oneOf('get', 'set', 'add', 'delete', 'copy', 'exec', 'alert', 'sequence', 'atomic'),
    uri: text('Empty for an alert, a sequence and an atomic.'),
    state: oneOf('queued', 'sent', 'answered', 'failed'),
    status: Type.Optional(Type.Integer({ description: 'SyncML status.' })),
    statusText: optionalText(),
    results: Type.Optional(Type.Array(nodeSchema)),
    truncated: Type.Optional(Type.Boolean()),
    result: optionalText('Result code of the alert that finished an Exec.'),
    answers: Type.Optional(Type.Array(text(), { description: 'What the user answered to an alert.' })),
    commands: Type.Optional(
      Type.Array(
        Type.Object({
          verb: oneOf('get', 'set', 'add', 'delete', 'copy', 'exec', 'alert'),
          uri: text(),
          status: Type.Optional(Type.Integer({ description: 'SyncML status.' })),
          statusText: optionalText(),
          answers: Type.Optional(Type.Array(text())),
        }),
        { description: 'Of a sequence or an atomic: each command with its status.' },
      ),
    ),
    refusal: optionalText('Why it was not sent.'),
    queuedAt: optionalTime(),
    answeredAt: optionalTime(),
  }),
);

export const deviceDetailSchema: TUnsafe<ApiDeviceDetail> = describing<ApiDeviceDetail>()(
  Type.Object({
    ...deviceProperties,
    createdAt: optionalTime(),
    devId: optionalText(),
    language: optionalText(),
    clientVersion: optionalText(),
    wake: optionalText(),
    contacts: count('Sessions so far.'),
    weak: Type.Boolean({ description: 'Something was learned over a transport that proves nothing.' }),
    nodes: count('Node values known.'),
    roots: Type.Array(text(), { description: 'Firmware update management objects.' }),
    quarantineReason: optionalText(),
    why: text(),
    updates: Type.Array(updateSchema),
    commands: Type.Array(treeCommandSchema),
  }),
);

const sideSchema = Type.Object({ scheme: schemeSchema, name: text(), secret: text() });
const credentialsSchema = Type.Object({
  serverId: text(),
  client: sideSchema,
  server: Type.Optional(sideSchema),
});
export const provisionedSchema: TUnsafe<ApiProvisioned> = describing<ApiProvisioned>()(
  Type.Object({ id: text(), credentials: credentialsSchema }),
);

export const bootstrapSchema: TUnsafe<ApiBootstrap> = describing<ApiBootstrap>()(
  Type.Object({
    id: text(),
    credentials: credentialsSchema,
    contentType: text('Media type with SEC and MAC.'),
    document: text('WBXML, base64.'),
    xml: text('The document as text.'),
    push: text('The whole WSP push, base64.'),
    pin: optionalText('What the user enters.'),
    sent: Type.Boolean(),
    notSent: optionalText('Why it did not leave.'),
  }),
);

export const importSchema: TUnsafe<ApiImport> = describing<ApiImport>()(
  Type.Object({
    added: Type.Array(provisionedSchema),
    refused: Type.Array(Type.Object({ line: count(), id: optionalText(), reason: text() })),
  }),
);

export const descriptionSchema: TUnsafe<ApiDescription> = describing<ApiDescription>()(
  Type.Object({
    id: text(),
    manufacturer: text(),
    model: text(),
    roots: Type.Array(
      Type.Object({
        uri: text('A `*` is a name chosen at run time.'),
        always: Type.Boolean({ description: 'In every device of the model: nothing is asked.' }),
        operations: Type.Array(text()),
      }),
    ),
    largeObjects: Type.Optional(Type.Boolean()),
    addedAt: optionalTime(),
    warnings: Type.Optional(Type.Array(text())),
  }),
);

export const packageSchema: TUnsafe<ApiPackage> = describing<ApiPackage>()(
  Type.Object({
    id: text('SHA-256 of the sealed package.'),
    name: text(),
    version: text(),
    release: Type.Integer(),
    size: count(),
    published: Type.Boolean(),
    keyId: optionalText('Publisher key that signed it.'),
    manufacturer: optionalText(),
    models: Type.Array(text()),
    hardware: Type.Array(text()),
    fromVersions: Type.Array(text()),
    uploadedAt: optionalTime(),
  }),
);

export const publisherKeySchema: TUnsafe<ApiPublisherKey> = describing<ApiPublisherKey>()(
  Type.Object({ id: text(), name: text(), publicKey: text('Ed25519, base64.'), addedAt: optionalTime() }),
);

export const updatesCreatedSchema: TUnsafe<ApiUpdatesCreated> = describing<ApiUpdatesCreated>()(
  Type.Object({
    created: Type.Array(updateSchema),
    refused: Type.Array(Type.Object({ device: text(), code: text(), reason: text() })),
    notWoken: Type.Array(Type.Object({ device: text(), reason: text() })),
  }),
);

const sessionProperties = {
  id: text(),
  device: optionalText(),
  startedAt: dateTime(),
  lastAt: dateTime(),
  messages: count(),
};
export const sessionSchema: TUnsafe<ApiSession> = describing<ApiSession>()(Type.Object(sessionProperties));
export const sessionDetailSchema: TUnsafe<ApiSessionDetail> = describing<ApiSessionDetail>()(
  Type.Object({
    ...sessionProperties,
    transcript: text('The exchange as a person would explain it.'),
    trace: Type.Array(
      Type.Object({
        at: dateTime(),
        from: oneOf('device', 'server'),
        encoding: oneOf('xml', 'wbxml'),
        bytes: count(),
        status: Type.Optional(Type.Integer({ description: 'HTTP status of an answer.' })),
        outcome: optionalText(),
        xml: optionalText('The redacted message.'),
      }),
    ),
  }),
);

export const timelineSchema: TUnsafe<ApiTimelineEntry> = describing<ApiTimelineEntry>()(
  Type.Object({
    sequence: count(),
    at: dateTime(),
    kind: text(),
    text: text(),
    update: optionalText(),
    data: Type.Optional(Type.Unknown()),
  }),
);

export const whySchema: TUnsafe<ApiWhy> = describing<ApiWhy>()(
  Type.Object({
    device: text(),
    why: text(),
    facts: Type.Array(Type.Object({ name: text(), value: text() })),
    dueAt: optionalTime(),
  }),
);

export const statusSchema: TUnsafe<ApiStatus> = describing<ApiStatus>()(
  Type.Object({
    version: text(),
    url: text(),
    devices: count(),
    updates: Type.Record(Type.String(), Type.Integer(), {
      description: 'Devices by state of their present update.',
    }),
    packages: count(),
  }),
);
