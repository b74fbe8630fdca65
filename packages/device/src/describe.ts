/** The device description (DDF) of a device: what a server may know of its tree without asking. */
import { ddfOf, formatDdf, type NodeDescription } from '@fumarole/dm/tree';
import { readConfig } from './config.ts';
import { nodeDisk } from './disk/node-disk.ts';
import { factoryTree } from './object/device-tree.ts';

/** DDF of the device in this directory, running or not. @throws DeviceError `no-device`, `bad-config` */
export async function describeDevice(dir: string, encoding: 'xml' | 'wbxml'): Promise<Uint8Array> {
  const config = await readConfig(nodeDisk, dir);
  const { description } = factoryTree(config, '', Date.now);
  const { man, mod } = config.identity;
  const defaults = { './DevDetail/LrgObj': String(config.largeObjects ?? true) };
  const { children } = asBuilt(description, '.', defaults);
  const nodes = ddfOf({ ...description, ...(children === undefined ? {} : { children }) });
  const facts = { man, mod };
  return encoding === 'wbxml'
    ? formatDdf(nodes, facts, 'wbxml')
    : Buffer.from(formatDdf(nodes, facts, 'xml'));
}

/** Permanent nodes are in every device that is built like this one, whatever the standard leaves open. */
function asBuilt(
  node: NodeDescription,
  uri: string,
  defaults: Readonly<Record<string, string>>,
): NodeDescription {
  const { children } = node;
  const defaultValue = defaults[uri];
  return {
    ...node,
    ...(node.scope === 'permanent' && node.name !== '' ? { occurrence: 'One' as const } : {}),
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(Array.isArray(children)
      ? {
          children: children.map((child: NodeDescription) =>
            asBuilt(child, `${uri}/${child.name}`, defaults),
          ),
        }
      : {}),
  };
}
