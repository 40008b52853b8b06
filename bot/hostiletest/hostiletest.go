// Package hostiletest has texts that alerts, people and models could write to
// reach people, to lead them astray or to break a message. Whatever shows text
// from outside is tested with all of them.
package hostiletest

import (
	_ "embed"
	"strconv"
	"strings"
	"testing"
)

//go:embed testdata/corpus.txt
var corpus string

// Texts are the texts, each once.
func Texts(t testing.TB) []string {
	t.Helper()
	var all []string
	seen := map[string]bool{}
	for n, line := range strings.Split(corpus, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		text, err := strconv.Unquote(line)
		if err != nil || seen[text] {
			t.Fatalf("line %d of the corpus: %s is no Go string, or there already: %v", n+1, line, err)
		}
		seen[text] = true
		all = append(all, text)
	}
	return all
}
