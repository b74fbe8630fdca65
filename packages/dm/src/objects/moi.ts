/** Identifiers of the standard's management objects: the Type property of their root nodes (std-objects §1). */
export const DEVINFO_MOI = 'urn:oma:mo:oma-dm-devinfo:1.0';
export const DEVDETAIL_MOI = 'urn:oma:mo:oma-dm-devdetail:1.0';
export const DMACC_MOI = 'urn:oma:mo:oma-dm-dmacc:1.0';
export const FUMO_MOI = 'urn:oma:mo:oma-fumo:1.0';
