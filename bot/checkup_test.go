package bot

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestEveryScopeOfTheManifestIsKnown keeps the two lists together: a scope that
// nothing uses is not asked for, and one in use is checked.
func TestEveryScopeOfTheManifestIsKnown(t *testing.T) {
	manifest, err := os.ReadFile("../manifest.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(manifest), "    bot:\n")
	list, rest, _ := strings.Cut(after, "settings:")
	c := checkup{private: true, cfg: CheckupConfig{Groups: []string{"S0SRE"}, Own: true}}
	var known []string
	for _, s := range c.needed() {
		known = append(known, s.name)
		if !strings.Contains(list, "- "+s.name+"\n") {
			t.Errorf("%s is checked, but the manifest does not ask for it", s.name)
		}
	}
	for line := range strings.SplitSeq(list, "\n") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok && !slices.Contains(known, name) {
			t.Errorf("the manifest asks for %s, which is not checked", name)
		}
	}
	if !strings.Contains(string(manifest), "command: "+manifestCommand+"\n") {
		t.Errorf("the manifest has no command %s", manifestCommand)
	}
	for _, e := range events() {
		if !strings.Contains(rest, "- "+e+"\n") {
			t.Errorf("the manifest does not subscribe to %s", e)
		}
	}
	if bare := (&checkup{}).needed(); len(bare) >= len(known) {
		t.Errorf("%d scopes are asked for where nothing needs them", len(bare)-len(known))
	}
}
