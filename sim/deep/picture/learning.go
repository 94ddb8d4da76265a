package picture

import "github.com/burstplex/burstplex/recordings/figure"

// Learning is the learning curve: error on the training, the validation and the test set over training, for one or
// more conditions.
type Learning struct {
	X          string // what training is counted in: "epoch", "training images"
	Conditions []Condition
	Log        bool    // logarithmic error
	Target     float64 // dashed line, %; none if 0
	Note       string  // right above the data, such as "3 seeds"
}

// Condition is a way to train. Errors are in %. A set that was not measured has no points. Its Curve needs no name.
type Condition struct {
	Name                    string
	Train, Validation, Test Curve
}

// sets are the curves of a condition in the order they are drawn, each with its own pattern.
func (c Condition) sets() []set {
	return []set{{"training", c.Train, figure.Dotted}, {"validation", c.Validation, figure.Dashed},
		{"test", c.Test, figure.Solid}}
}

type set struct {
	name string
	Curve
	dash figure.Dash
}

// Page draws one condition with a colour for each set, several with a colour for each condition.
func (l Learning) Page() figure.Page {
	p := figure.Panel{X: figure.Axis{Label: l.X, Tight: true}, Y: figure.Axis{Label: "error", Unit: "%", Log: l.Log,
		Zero: !l.Log}, Note: l.Note}
	for i, c := range l.Conditions {
		named := false
		for k, s := range c.sets() {
			if len(s.X) == 0 {
				continue
			}
			line := figure.Line{Name: s.name, X: s.X, Y: s.Y, SD: s.SD, Dash: s.dash, Thin: s.dash == figure.Dotted,
				Color: figure.Cycle(2 - k)}
			if len(l.Conditions) > 1 {
				line.Name, line.Color, line.Quiet = c.Name+" "+s.name, figure.Cycle(i), true
			}
			p.Marks = append(p.Marks, line)
			named = true
		}
		if named && len(l.Conditions) > 1 {
			p.Marks = append(p.Marks, figure.Points{Name: c.Name, Color: figure.Cycle(i)})
		}
	}
	if l.Target > 0 {
		p.Marks = append(p.Marks, figure.Rule{Name: "target", At: l.Target, Across: true, Dash: figure.Dashed})
	}
	if len(l.Conditions) > 1 {
		p.Note = join(p.Note, l.key())
	}
	return figure.Page{Width: 120, Rows: []figure.Row{{Height: 55, Panels: []figure.Panel{p}}}}
}

// key says what the patterns of lines mean, as far as they occur.
func (l Learning) key() string {
	key := ""
	for k, word := range []string{"dotted", "dashed", "solid"} {
		for _, c := range l.Conditions {
			if s := c.sets()[k]; len(s.X) > 0 {
				key = join(key, word+": "+s.name)
				break
			}
		}
	}
	return key
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}
