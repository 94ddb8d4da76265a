package equations

// node is an expression as it was written.
type node struct {
	kind nodeKind
	name string  // of a name or call; sign of an operator
	args []*node // of a call or operator
	x    float64 // of a number, in internal units
	dim  Dimension
	zero bool // a 0 without unit, which fits every unit
	at   place
}

type nodeKind uint8

const (
	nodeNumber nodeKind = iota
	nodeName
	nodeCall
	nodeBinary // + - * / ^ < > <= >= == != and or
	nodeUnary  // - not
)

// line is a line of the equations.
type line struct {
	kind lineKind
	name string
	args []string // of a function
	expr *node    // nil for declared
	dim  Dimension
	at   place // of the name
}

type lineKind uint8

const (
	lineDerivative lineKind = iota // dx/dt = EXPR : unit of x
	lineDefinition                 // x = EXPR : unit
	lineFunction                   // f(a, b) = EXPR
	lineDeclared                   // x : unit
)

// statement is NAME = EXPR or one of its short forms.
type statement struct {
	name string
	sign string // "=", "+=", "-=", "*=", "/="
	expr *node
	at   place
}
