package specs

import "strings"

// ErrorCode explains a code with which the platform says that a run failed, or that it refused a call.
type ErrorCode struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Cause string `json:"cause"`
	Fix   string `json:"fix"`
}

// RunError returns what is known of the code of a run. Codes are published without their full meaning; causes and fixes
// are ours.
func RunError(code string) (ErrorCode, bool) {
	for _, e := range runErrors {
		if strings.EqualFold(e.Code, code) {
			return e, true
		}
	}
	return ErrorCode{}, false
}

// RunErrors returns the codes of runs that are known.
func RunErrors() []ErrorCode { return runErrors }

var runErrors = []ErrorCode{
	{
		"CONNECTOR-1001-500", "the copy from the source failed",
		"The connector could not read the source: the database or store does not answer, the credentials have changed, " +
			"or the table, file, or column is gone.",
		"Check that the source answers and that the credentials of the connection are valid. Update the secret, run " +
			"`aepflow apply`, and repeat the run.",
	},
	{
		"CONNECTOR-2001-500", "the copied data could not be processed",
		"The data were read, and could not be written to the dataset: too many rows failed, or a type does not fit.",
		"Look at the errors of the activities and at failed rows. Correct the mapping or the data, or allow some rows to " +
			"fail with `options.partialIngestionPercent`.",
	},
	{
		"INGEST-1212-400", "some rows failed, the others were ingested",
		"Rows break a rule of the schema, such as a required field or a type. Their share is below " +
			"`options.partialIngestionPercent`.",
		"Look at the failed rows. Correct them at the source or in the mapping: their next change brings them again.",
	},
	{
		"MAPPER-3700-400", "a mapping failed",
		"A Data Prep expression failed for a row, such as a date that does not have the format, or a missing value.",
		"Check the expression with the rows that failed, and handle empty values, for example with `nvl` or `iif`.",
	},
	{
		"133", "there are no files for the batch",
		"The run found no data in its window, so that there was nothing to promote.",
		"Nothing, if no rows changed. Otherwise check the delta column, or for files the path and the time of their change.",
	},
}
