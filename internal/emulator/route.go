package emulator

// access says how a call takes its sandbox.
type access uint8

const (
	noSpace access = iota // needs no sandbox
	reads                 // shares it with other readers
	writes                // has it alone, from its first check to its last change
)

type handler func(*call) (answer, error)

// route binds a method and a path below a service's root; {name} stands for
// one segment.
type route struct {
	svc     service
	method  string
	pattern string
	access  access
	run     handler
}
