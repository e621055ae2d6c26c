package core

import (
	"fmt"
	"net/http"
	"strconv"
)

// Service says whose words an answer speaks.
type Service string

const (
	IMSService      Service = "ims"
	FlowService     Service = "flowservice"
	SchemaRegistry  Service = "schemaregistry"
	CatalogService  Service = "catalog"
	DataPrep        Service = "conversion"
	SandboxService  Service = "sandbox-management"
	IdentityService Service = "idnamespace"
	ExportService   Service = "export"
	ImportService   Service = "import"
	OwnService      Service = "emulator"

	ConnectorService Service = "connectors"
	DatasetService   Service = "dataset"
	InletService     Service = "inlet"
)

// Refusal is an answer that says no. Handlers return it as an error; serve
// writes it in the envelope of the service that was called.
type Refusal struct {
	Status int
	Body   object
	Header [][2]string
	// legacy marks answers in the two members that older Flow Service
	// code paths use; kept for the tests to tell them apart.
	Code string
}

func (r *Refusal) Error() string { return r.Code }

// Gateway refuses before any service sees the call: two members, and the HTTP
// status is the first three digits of the code.
func Gateway(code, message string) *Refusal {
	status, err := strconv.Atoi(code[:3])
	if err != nil {
		panic("emulator: gateway code " + code)
	}
	return &Refusal{Status: status, Code: code, Body: object{"error_code": code, "message": message}}
}

// Throttled is the gateway's answer to who comes too fast.
func Throttled(seconds int) *Refusal {
	r := Gateway("429050", "Too many requests")
	r.Header = [][2]string{{"Retry-After", strconv.Itoa(seconds)}}
	return r
}

// FlowError refuses as Flow Service does today. Number and status come from
// the catalogue, which also has the title.
func FlowError(code FlowCode, format string, args ...any) *Refusal {
	detail := fmt.Sprintf(format, args...)
	name := code.String()
	return &Refusal{Status: code.Status, Code: name, Body: object{
		"type":         "https://ns.adobe.com/aep/errors/" + name,
		"title":        code.Title,
		"status":       code.Status,
		"report":       object{"detailed-message": detail},
		"errorMessage": detail,
		"errorDetails": detail,
	}}
}

// XDMError refuses as Schema Registry does. The report's time and request id
// are filled in when it is written.
func XDMError(number, status int, title, format string, args ...any) *Refusal {
	detail := fmt.Sprintf(format, args...)
	name := fmt.Sprintf("XDM-%d-%d", number, status)
	return &Refusal{Status: status, Code: name, Body: object{
		"type":   "http://ns.adobe.com/aep/errors/" + name,
		"title":  title,
		"status": status,
		"report": object{"detailed-message": detail, "sub-errors": []any{}},
		"detail": detail,
	}}
}

// Problem refuses in the generic form, which Catalog, Data Prep and the
// sandbox service are taken to use.
func Problem(status int, title, format string, args ...any) *Refusal {
	return &Refusal{Status: status, Code: title, Body: object{
		"type":   "/placeholder/type/uri",
		"status": status,
		"title":  title,
		"detail": fmt.Sprintf(format, args...),
	}}
}

// Missing refuses a call for an object that does not exist, in the generic form.
func Missing(format string, args ...any) *Refusal {
	return Problem(http.StatusNotFound, "NotFoundError", format, args...)
}

// Refuse words a fault that every service knows (unknown path, wrong method,
// too large, internal) in the service's own envelope.
func Refuse(svc Service, status int, title, format string, args ...any) *Refusal {
	switch svc {
	case FlowService:
		return FlowError(FlowCode{1400, status, title}, format, args...)
	case SchemaRegistry:
		return XDMError(1000, status, title, format, args...)
	case IMSService:
		return IMSError(status, "invalid_request", fmt.Sprintf(format, args...))
	case OwnService:
		return &Refusal{Status: status, Code: title, Body: object{"error": fmt.Sprintf(format, args...)}}
	}
	return Problem(status, title, format, args...)
}

// IMSError refuses as the token service does.
func IMSError(status int, code, description string) *Refusal {
	return &Refusal{Status: status, Code: code, Body: object{"error": code, "error_description": description}}
}

// DetailOf is the text of a refusal without its envelope, or of another error.
func DetailOf(err error) string {
	if r, isRefusal := err.(*Refusal); isRefusal {
		return Text(r.Body, "detail")
	}
	return err.Error()
}
