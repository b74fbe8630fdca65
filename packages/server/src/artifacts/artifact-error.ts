/** Stable codes of {@link ArtifactError}. */
export type ArtifactErrorCode = 'ARTIFACT_TOO_LARGE' | 'ARTIFACT_MISSING' | 'ARTIFACT_RANGE';

/** Meaning and remedy of each code; docs/errors.md shows the rows. */
export const ARTIFACT_ERRORS: Readonly<Record<ArtifactErrorCode, { meaning: string; remedy: string }>> = {
  ARTIFACT_TOO_LARGE: { meaning: 'An upload is above the size limit.', remedy: 'Make a smaller package.' },
  ARTIFACT_MISSING: {
    meaning: 'A stored object is not there, or is shorter than it was when it was stored.',
    remedy: 'Restore the artifacts folder from the backup, or upload the package again.',
  },
  ARTIFACT_RANGE: {
    meaning: 'A range beyond the end of a stored object was asked for.',
    remedy: 'Report this defect.',
  },
};

export class ArtifactError extends Error {
  readonly code: ArtifactErrorCode;

  constructor(code: ArtifactErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ArtifactError';
    this.code = code;
  }
}
