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

// Route binds a method and a path below a service's root; {name} stands for
// one segment.
type Route struct {
	Service Service
	Method  string
	Pattern string
	Access  Access
	Run     Handler
}
