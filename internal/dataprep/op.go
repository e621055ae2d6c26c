package dataprep

// Op is an operator in its canonical spelling.
type Op string

// How tightly things bind, loosest first.
const (
	levelChoice  = 1 // a ? b : c, a ?: b, a ?? b; from the right
	levelOr      = 2
	levelAnd     = 3
	levelBitOr   = 4
	levelBitXor  = 5
	levelBitAnd  = 6
	levelEqual   = 7 // one per level: a == b == c needs parentheses
	levelCompare = 8 // likewise
	levelShift   = 9
	levelAdd     = 10
	levelTimes   = 11
	levelUnary   = 12
	levelPostfix = 13 // .name, [index], calls, literals
)

// binaryOps gives the level of each binary operator but those of levelChoice.
var binaryOps = map[Op]int{
	"||": levelOr,
	"&&": levelAnd,
	"|":  levelBitOr,
	"^":  levelBitXor,
	"&":  levelBitAnd,
	"==": levelEqual, "!=": levelEqual, "===": levelEqual, "!==": levelEqual, "..": levelEqual,
	"<": levelCompare, ">": levelCompare, "<=": levelCompare, ">=": levelCompare,
	"=~": levelCompare, "!~": levelCompare, "=^": levelCompare, "!^": levelCompare, "=$": levelCompare,
	"!$": levelCompare,
	"<<": levelShift, ">>": levelShift, ">>>": levelShift,
	"+": levelAdd, "-": levelAdd,
	"*": levelTimes, "/": levelTimes, "%": levelTimes,
}

// wordOps are the operators that are also spelled as words.
var wordOps = map[string]Op{
	"or": "||", "and": "&&",
	"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
	"div": "/", "mod": "%",
}

// wordPrefixes are the prefix operators that are words.
var wordPrefixes = map[string]Op{"not": "!", "empty": "empty", "size": "size"}

func isPrefix(op Op) bool { return op == "-" || op == "+" || op == "~" || op == "!" }

// chains reports whether operators of a level may follow each other without
// parentheses.
func chains(level int) bool { return level != levelEqual && level != levelCompare }

// Compares reports whether the result of op is a truth value whatever the
// operands are.
func (op Op) Compares() bool {
	switch level := binaryOps[op]; {
	case op == "..":
		return false
	default:
		return level == levelEqual || level == levelCompare || level == levelOr || level == levelAnd
	}
}

// Arithmetic reports whether op calculates with numbers.
func (op Op) Arithmetic() bool {
	level := binaryOps[op]
	return level == levelAdd || level == levelTimes
}
