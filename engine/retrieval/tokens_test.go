package retrieval

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextsFallIntoWords(t *testing.T) {
	tests := []struct {
		name, text string
		want       string // the stems, stop words left out, wholes in brackets
	}{
		{"nothing", "", ""},
		{"only punctuation", "--- !? …", ""},
		{"plain words, stemmed", "Timeouts rising on nodes", "timeout ris nod"},
		{"stop words are left out, denials are not", "it is not in the queue", "not queu"},
		{"camel case", "KubePodCrashLooping", "kub pod crash loop [kubepodcrashloop]"},
		{"an abbreviation before a word", "HTTPServerErrors", "http server error [httpservererror]"},
		{"a plural abbreviation", "IDs", "ids"},
		{"a digit before a word", "S3Bucket 5XX p99", "s3 bucket [s3bucket] 5xx p99"},
		{"snake case", "database_timeout", "databas timeout [databasetimeout]"},
		{"kebab case", "checkout-api", "checkout api [checkoutapi]"},
		{"joiners at the edges", "-foo_ __bar", "foo bar"},
		{"an apostrophe", "doesn't it's", "doesnt"},
		{"a path is no compound", "a/b.md", "b md"},
		{"numbers in braces", `up{job="db"} > 0.5`, "up job db 0 5"},
		{"ids, timestamps and hashes say nothing", "pod 1706000000 6958c5bdd8 deadbeef01 at", "pod"},
		{"U+0000 and invalid bytes separate", "foo\x00bar\xffbaz", "foo bar baz"},
		{"other alphabets", "База данных", "база данных"},
		{"combining marks belong to words", "हिन्दी", "हिन्दी"},
		{"a script without spaces", "数据库超时", "数据 据库 库超 超时"},
		{"one character of it", "库 ok", "库 ok"},
		{"two scripts in one run", "数据库timeout", "数据 据库 timeout"},
		{"encoded data is no word", strings.Repeat("Aa", 100) + " end", "end"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, token := range tokenise(test.text, maxWords) {
				switch {
				case token.whole:
					got = append(got, "["+token.stem+"]")
				case !token.stop:
					got = append(got, token.stem)
				}
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got  %s\nwant %s", s, test.want)
			}
		})
	}
}

func TestFormsOfAWordShareAStem(t *testing.T) {
	for _, forms := range []string{
		"timeout timeouts", "query queries", "restart restarted restarting restarts", "stop stopped stopping stops",
		"throttle throttled throttles throttling", "fail failed fails failing", "replica replicas", "process processes",
		"node nodes", "expire expires expired expiring", "lag lags lagged lagging",
	} {
		words := strings.Fields(forms)
		for _, word := range words[1:] {
			if stem(word) != stem(words[0]) {
				t.Errorf("%s is %s, but %s is %s", words[0], stem(words[0]), word, stem(word))
			}
		}
	}
	for _, word := range []string{"dns", "status", "access", "tls", "red", "speed", "need", "ring", "k8s"} {
		if got := stem(word); got != word {
			t.Errorf("%s became %s", word, got)
		}
	}
}

func FuzzTokenise(f *testing.F) {
	for _, seed := range []string{"", "KubePodCrashLooping", "a_b-c'd", "\x00\xff", "数据库timeout", "İSTANBUL ǅ ß", "_-_-_"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const limit = 50
		tokens := tokenise(text, limit)
		for _, token := range tokens {
			if token.text == "" || token.stem == "" || !utf8.ValidString(token.text) {
				t.Errorf("a token without text: %+v", token)
			}
			if !strings.Contains(text, token.compound) || !strings.Contains(token.compound, token.part) && !token.whole && !unspacedPair(token) {
				t.Errorf("a token that the text doesn't have: %+v", token)
			}
		}
		a := analyse([]Field{{Text: text}}, limit)
		if len(a.tokens) > limit || len(a.terms) > limit {
			t.Errorf("%d tokens, %d terms", len(a.tokens), len(a.terms))
		}
	})
}

// unspacedPair tells tokens whose part is in lower case already.
func unspacedPair(t token) bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return unspaced(r)
}
