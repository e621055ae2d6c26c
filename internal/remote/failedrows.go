package remote

import (
	"context"
	"fmt"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/runs"
)

// FailedRows reads rows that a run left out, at most so many, and whether there are more. The platform keeps them as
// diagnostics of the batches, and the rows of a batch that failed as a whole also as its files.
func FailedRows(ctx context.Context, d platform.Doer, run runs.Run, most int) (
	out []runs.FailedRow, more bool, err error,
) {
	out = []runs.FailedRow{}
	for _, batch := range run.Batches {
		had := len(out)
		for _, folder := range []platform.BatchFolder{platform.RowErrors, platform.FailedFiles} {
			if len(out) > had || folder == platform.FailedFiles && run.Result != runs.Failed {
				break
			}
			rows, others, err := rowsIn(ctx, d, batch, folder, most-len(out))
			if err != nil {
				return nil, false, err
			}
			out, more = append(out, rows...), more || others
		}
		if more {
			break
		}
	}
	return out, more, nil
}

func rowsIn(
	ctx context.Context, d platform.Doer, batch string, in platform.BatchFolder, most int,
) (out []runs.FailedRow, more bool, err error) {
	files, err := platform.BatchFiles(ctx, d, batch, in)
	switch {
	case platform.IsNotFound(err):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("list the failed rows of batch %s: %w", batch, err)
	}
	for _, f := range files {
		switch {
		case f.Name == "_SUCCESS": // a mark without rows
			continue
		case f.Size > platform.MaxBatchFile:
			return nil, false, fmt.Errorf("read the failed rows of batch %s: file %s has %d bytes, %d at most can be read",
				batch, f.Name, f.Size, platform.MaxBatchFile)
		}
		text, err := platform.BatchText(ctx, d, batch, in, f.Name)
		if err != nil {
			return nil, false, fmt.Errorf("read the failed rows of batch %s: %w", batch, err)
		}
		rows, others := runs.ParseRows(text, most-len(out))
		for i := range rows {
			rows[i].Batch, rows[i].File = batch, f.Name
		}
		if out = append(out, rows...); others {
			return out, true, nil
		}
	}
	return out, false, nil
}
