package core

// Access says how a call takes its sandbox.
type Access uint8

const (
	NoSpace Access = iota // needs no sandbox
	Reads                 // shares it with other readers
	Writes                // has it alone, from its first check to its last change
)

// Handler answers a call; a refusal is its error.
type Handler func(*Call) (Answer, error)

// Route binds a method and a path below a service's root; {name} matches
// one segment.
type Route struct {
	Service Service
	Method  string
	Pattern string
	Access  Access
	Run     Handler
}

// With runs a handler with what the call names: its body, its object. A call
// that names none is refused by find.
func With[T any](find func(*Call) (T, error), run func(*Call, T) (Answer, error)) Handler {
	return func(c *Call) (Answer, error) {
		found, err := find(c)
		if err != nil {
			return Answer{}, err
		}
		return run(c, found)
	}
}

// RoutesOf gives a constructor for routes of a service.
func RoutesOf(svc Service) func(method, pattern string, a Access, h Handler) Route {
	return func(method, pattern string, a Access, h Handler) Route { return Route{svc, method, pattern, a, h} }
}
