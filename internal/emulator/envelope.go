package emulator

import (
	"fmt"
	"strconv"
)

// service says whose words an answer speaks.
type service string

const (
	svcIMS      service = "ims"
	svcFlow     service = "flowservice"
	svcRegistry service = "schemaregistry"
	svcCatalog  service = "catalog"
	svcDataPrep service = "conversion"
	svcSandbox  service = "sandbox-management"
	svcIdentity service = "idnamespace"
	svcExport   service = "export"
	svcImport   service = "import"
	svcAdmin    service = "emulator"
)

// refusal is an answer that says no. Handlers return it as an error; serve
// writes it in the envelope of the service that was called.
type refusal struct {
	status int
	body   object
	header [][2]string
	// legacy marks answers in the two members that older Flow Service
	// code paths use; kept for the tests to tell them apart.
	code string
}

func (r *refusal) Error() string { return r.code }

// gateway refuses before any service sees the call: two members, and the HTTP
// status is the first three digits of the code.
func gateway(code, message string) *refusal {
	status, err := strconv.Atoi(code[:3])
	if err != nil {
		panic("emulator: gateway code " + code)
	}
	return &refusal{status: status, code: code, body: object{"error_code": code, "message": message}}
}

// throttled is the gateway's answer to who comes too fast.
func throttled(seconds int) *refusal {
	r := gateway("429050", "Too many requests")
	r.header = [][2]string{{"Retry-After", strconv.Itoa(seconds)}}
	return r
}

// flowError refuses as Flow Service does today. Number and status come from
// the catalogue, which also has the title.
func flowError(code flowCode, format string, args ...any) *refusal {
	detail := fmt.Sprintf(format, args...)
	name := code.String()
	return &refusal{status: code.status, code: name, body: object{
		"type":         "https://ns.adobe.com/aep/errors/" + name,
		"title":        code.title,
		"status":       code.status,
		"report":       object{"detailed-message": detail},
		"errorMessage": detail,
		"errorDetails": detail,
	}}
}

// xdmError refuses as Schema Registry does. The report's time and request id
// are filled in when it is written.
func xdmError(number, status int, title, format string, args ...any) *refusal {
	detail := fmt.Sprintf(format, args...)
	name := fmt.Sprintf("XDM-%d-%d", number, status)
	return &refusal{status: status, code: name, body: object{
		"type":   "http://ns.adobe.com/aep/errors/" + name,
		"title":  title,
		"status": status,
		"report": object{"detailed-message": detail, "sub-errors": []any{}},
		"detail": detail,
	}}
}

// problem refuses in the generic form, which Catalog, Data Prep and the
// sandbox service are taken to use.
func problem(status int, title, format string, args ...any) *refusal {
	return &refusal{status: status, code: title, body: object{
		"type":   "/placeholder/type/uri",
		"status": status,
		"title":  title,
		"detail": fmt.Sprintf(format, args...),
	}}
}

// refuse words a fault that every service knows (unknown path, wrong method,
// too large, internal) in the service's own envelope.
func refuse(svc service, status int, title, format string, args ...any) *refusal {
	switch svc {
	case svcFlow:
		return flowError(flowCode{1400, status, title}, format, args...)
	case svcRegistry:
		return xdmError(1000, status, title, format, args...)
	case svcIMS:
		return imsError(status, "invalid_request", fmt.Sprintf(format, args...))
	case svcAdmin:
		return &refusal{status: status, code: title, body: object{"error": fmt.Sprintf(format, args...)}}
	}
	return problem(status, title, format, args...)
}

func imsError(status int, code, description string) *refusal {
	return &refusal{status: status, code: code, body: object{"error": code, "error_description": description}}
}

func detailOf(err error) string {
	if r, isRefusal := err.(*refusal); isRefusal {
		return text(r.body, "detail")
	}
	return err.Error()
}
