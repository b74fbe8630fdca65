/** What the server will do with a device, in one sentence, and the facts behind it. */
import {
  type DeviceRecord,
  deviceFacts,
  heldPackages,
  isOpen,
  type PlanContext,
  profileOf,
  reportedVersion,
  type Selection,
  selectPackage,
} from '@fumarole/fumo/server';
import type { Why } from './fleet.ts';
import type { PackageCatalogue } from './package-catalogue.ts';

export async function explain(
  device: DeviceRecord,
  catalogue: PackageCatalogue,
  ctx: PlanContext,
): Promise<Why> {
  const packages = await catalogue.packagesFor(device);
  const facts = deviceFacts(device, packages, ctx.now, Number.POSITIVE_INFINITY);
  const held = heldPackages(device, facts.version.value);
  const selection = selectPackage(facts, packages, { held });
  const { dueAt } = device;
  return {
    device: device.id,
    why: headline(device, selection),
    facts: [
      ...identityFacts(device),
      ...rootFacts(device),
      ...updateFacts(device),
      { name: 'packages for it', value: String(packages.length) },
      { name: 'choice', value: selection.why },
      ...selection.rejected.map(({ name, reason }) => ({ name: `not ${name}`, value: reason })),
    ],
    ...(dueAt === undefined ? {} : { dueAt }),
  };
}

/** What was decided at the last contact; where packages have come since, what the next one will bring. */
function headline(device: DeviceRecord, selection: Selection): string {
  const { update, policy, quarantine } = device;
  const busy = update !== undefined && (isOpen(update.state) || update.retryAt !== undefined);
  const free = !busy && quarantine === undefined && policy.offer === 'automatic';
  return free && selection.kind === 'chosen' ? `at its next contact ${selection.why}` : device.why;
}

type Facts = Why['facts'];

function identityFacts(device: DeviceRecord): Facts {
  return [
    { name: 'device', value: `${device.manufacturer ?? '?'} ${device.model ?? '?'}` },
    { name: 'runs', value: reportedVersion(device) ?? 'unknown' },
    { name: 'policy', value: `${device.policy.offer}, via ${device.policy.via}, ${device.policy.operation}` },
    { name: 'profile', value: profileOf(device).name },
    { name: 'contacts', value: String(device.contacts) },
    ...(device.weak ? [{ name: 'weak', value: 'something was learned over an unprotected transport' }] : []),
    ...(device.quarantine === undefined ? [] : [{ name: 'quarantine', value: device.quarantine.reason }]),
  ];
}

function rootFacts({ roots, nodes, discovery }: DeviceRecord): Facts {
  if (roots.length === 0) {
    return [{ name: 'firmware object', value: discovery.how ?? 'not looked for yet' }];
  }
  return roots.map((root) => {
    const parts = [
      root.download ? 'Download' : '',
      root.update ? 'Update' : '',
      root.pkgData === true ? 'PkgData' : '',
      root.downloadAndUpdate ? 'DownloadAndUpdate' : '',
    ].filter((part) => part !== '');
    const state = nodes[`${root.uri}/State`]?.value ?? 'unknown';
    return { name: root.uri, value: `${parts.join(', ')}; State ${state}; ${discovery.how ?? ''}` };
  });
}

function updateFacts({ update, unsupported, session }: DeviceRecord): Facts {
  const refused = Object.entries(unsupported).map(([what, code]) => ({
    name: `refused ${what}`,
    value: String(code),
  }));
  if (update === undefined) {
    return refused;
  }
  const { state, reason, rawCode, fromVersion, toVersion, deliveryWhy, attempts, onTheWayTo } = update;
  const code = rawCode === undefined ? '' : ` (${rawCode})`;
  return [
    { name: 'update', value: `${fromVersion ?? '?'} → ${toVersion ?? '?'}: ${state}` },
    ...(reason === undefined ? [] : [{ name: 'reason', value: `${reason}${code}` }]),
    ...(onTheWayTo === undefined ? [] : [{ name: 'on the way to', value: onTheWayTo }]),
    ...(deliveryWhy === undefined ? [] : [{ name: 'delivery', value: deliveryWhy }]),
    {
      name: 'attempts',
      value: attempts.map(({ kind, state: end }) => `${kind} ${end}`).join(', ') || 'none yet',
    },
    ...(session?.progress === undefined
      ? []
      : [{ name: 'taken', value: `${session.progress.done} of ${session.progress.total} octets` }]),
    ...refused,
  ];
}
