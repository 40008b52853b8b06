package engine

import (
	"strings"
	"unicode/utf8"
)

// Clean replaces what no store and no terminal can take: U+0000 and invalid
// UTF-8 become U+FFFD. Every entrance calls it on what came from outside.
func Clean(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// Words turns a name such as database_timeout into words.
func Words(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '_' || r == '-' {
			return ' '
		}
		return r
	}, name))
}
