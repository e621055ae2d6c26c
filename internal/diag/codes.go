package diag

import (
	"cmp"
	"slices"
)

// The codes of YAML itself.
const (
	YAMLSyntax        Code = "yaml-syntax"
	YAMLTab           Code = "yaml-tab"
	YAMLUnclosedQuote Code = "yaml-unclosed-quote"
	YAMLUnclosedFlow  Code = "yaml-unclosed-bracket"
	YAMLFlow          Code = "yaml-bracket"
	YAMLColon         Code = "yaml-colon"
	YAMLIndent        Code = "yaml-indent"
	YAMLMissingColon  Code = "yaml-missing-colon"
	YAMLMissingKey    Code = "yaml-missing-key"
	YAMLReservedChar  Code = "yaml-reserved-character"
	YAMLTrailing      Code = "yaml-trailing-text"
	YAMLUnknownAnchor Code = "yaml-unknown-anchor"
	YAMLEscape        Code = "yaml-escape"
	YAMLDirective     Code = "yaml-directive"
	YAMLEncoding      Code = "yaml-encoding"
	YAMLControl       Code = "yaml-control-character"
	YAMLComplexKey    Code = "yaml-complex-key"
	YAMLMerge         Code = "yaml-merge"
	YAMLTag           Code = "yaml-tag"
	YAMLAliasCycle    Code = "yaml-alias-cycle"
	YAMLAliasLimit    Code = "yaml-alias-limit"
	YAMLDepth         Code = "yaml-depth"
	MergeConflict     Code = "merge-conflict"
	NotYAML           Code = "not-yaml"
	EmptyFile         Code = "empty-file"
	FileTooLarge      Code = "file-too-large"
	ProjectTooLarge   Code = "project-too-large"
	TooManyDocuments  Code = "too-many-documents"
	DuplicateKey      Code = "duplicate-key"
)

// The codes of a document's shape.
const (
	UnknownKey   Code = "unknown-key"
	MissingKey   Code = "missing-key"
	WrongType    Code = "wrong-type"
	InvalidValue Code = "invalid-value"
	InvalidName  Code = "invalid-name"
	UnknownKind  Code = "unknown-kind"
)

// The codes of names and references.
const (
	UnknownConnector    Code = "unknown-connector"
	DeprecatedConnector Code = "deprecated-connector"
	UnknownColumn       Code = "unknown-column"
	DuplicateMapping    Code = "duplicate-mapping"
	DuplicateName       Code = "duplicate-name"
	UnknownReference    Code = "unknown-reference"
	InvalidID           Code = "invalid-id"
)

// The codes of schedule and delta.
const (
	ScheduleInterval Code = "schedule-interval"
	ScheduleStart    Code = "schedule-start"
	EncryptionKey    Code = "encryption-key"
	ScheduleOnce     Code = "schedule-once"
	DeltaMissing     Code = "delta-missing"
	DeltaForbidden   Code = "delta-forbidden"
	DeltaColumn      Code = "delta-column"
	DeltaFormat      Code = "delta-format"
	DeltaTimezone    Code = "delta-timezone"
	MappingSetOwner  Code = "mapping-set-owner"
)

// The codes of connections and secrets.
const (
	AuthType      Code = "auth-type"
	AuthParam     Code = "auth-param"
	AuthUnchecked Code = "auth-unchecked"
	AuthWithdrawn Code = "auth-withdrawn"

	ConnectionNotNeeded Code = "connection-not-needed"

	LiteralSecret Code = "literal-secret"
	UnsetSecret   Code = "unset-secret"
	MisplacedEnv  Code = "misplaced-env"
)

// Entry is what there is to say about a code.
type Entry struct {
	Code        Code
	Severity    Severity // the usual one
	Title       string   // what is wrong, a few words
	Explanation string   // why it is wrong and how to fix it, one or more paragraphs
	Example     string   // text that provokes it: YAML, or txtar where it takes several files
}

// Codes returns every entry, sorted by code.
func Codes() []Entry {
	all := slices.Concat(
		yamlCodes, documentCodes, sourceCodes, streamCodes, freshnessCodes, targetCodes, expressionCodes, mappingCodes,
		testCodes, lintCodes,
		projectCodes, accessCodes, signInCodes, descriptorCodes, relationalCodes, namespaceCodes, componentCodes)
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Code, b.Code) })
	return all
}

// Lookup returns the entry of a code.
func Lookup(code Code) (Entry, bool) {
	all := Codes()
	i, ok := slices.BinarySearchFunc(all, code, func(e Entry, c Code) int { return cmp.Compare(e.Code, c) })
	if !ok {
		return Entry{}, false
	}
	return all[i], true
}
