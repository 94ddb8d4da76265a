package session

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// commit and version are set by the linker where a release is built from sources without git: -ldflags "-X
// github.com/burstplex/burstplex/sim/session.commit=...".
var commit, version string

// Program returns name and version of the program, with the commit that it was built from where that is known.
func Program() string {
	v, c, changed := version, commit, ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if v == "" && info.Main.Version != "(devel)" {
			v = info.Main.Version
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && c == "":
				c = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = ", changed"
			}
		}
	}
	if v == "" {
		v = "devel"
	}
	about := []string{}
	if c != "" {
		about = append(about, "commit "+c[:min(12, len(c))]+changed)
	}
	about = append(about, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH)
	return fmt.Sprintf("burstplex %s (%s)", v, strings.Join(about, ", "))
}
