/** What the families of these tests say alike. */
import { alert, devInfo } from './family-device.ts';
import { type FamilyTree, fetchPackage, NEW_VERSION } from './family-world.ts';

export const MOI = { value: 'urn:oma:mo:oma-fumo:1.0' };
export const TYPE = 'org.openmobilealliance.dm.firmwareupdate';
export const MAX = (message: number, object?: number) =>
  `<MaxMsgSize xmlns="syncml:metinf">${message}</MaxMsgSize>${object === undefined ? '' : `<MaxObjSize xmlns="syncml:metinf">${object}</MaxObjSize>`}`;
export const source = (uri: string) => `<Source><LocURI>${uri}</LocURI></Source>`;
export const info = (man: string, mod: string, id: string, DmV = '1.2') => ({
  DevId: id,
  Man: man,
  Mod: mod,
  DmV,
  Lang: 'en-US',
});

/** Takes the address that was written, fetches, runs the new version. */
export function installer(
  tree: FamilyTree,
  urlNode: string,
  got: (sha256: string, descriptor?: string) => void,
) {
  return async (): Promise<void> => {
    const { sha256, descriptor } = await fetchPackage(tree.value(urlNode));
    got(sha256, descriptor);
    tree.set('./DevDetail/FwV', NEW_VERSION);
  };
}

/** Package 1 of most families: the alert, DevInfo, then what else they say. */
export function opening(
  man: string,
  mod: string,
  id: string,
): (more?: (cmdID: () => string) => string) => (cmdID: () => string) => string {
  return (more = () => '') =>
    (cmdID) =>
      `${alert(cmdID(), 1201)}${devInfo(cmdID(), info(man, mod, id))}${more(cmdID)}`;
}
