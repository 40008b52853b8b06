package source

import (
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// agrees fails where scan makes something else of a body than encoding/json.
func agrees(t *testing.T, body []byte) (scanned bool) {
	t.Helper()
	got, ok := scan(body)
	if !ok {
		return false
	}
	want, err := decodeSlowly(body)
	if err != nil {
		t.Errorf("%.200q is read, and is wrong: %v", body, err)
	} else if !reflect.DeepEqual(got, want) {
		t.Errorf("%.200q is read as %#v, not %#v", body, got, want)
	}
	return true
}

func TestABodyIsReadAsEncodingJSONReadsIt(t *testing.T) {
	for body, scanned := range map[string]bool{
		`{"a":1,"b":[true,false,null,"x",-0.5e+10,{}],"a":2}`: true,
		` [ 1 , "é", "\u00e9\n\"\\", "\ud83d\ude00" ] `:       true,
		`"\ud800"`: false, `0`: true, `[]`: true, `{"":""}`: true,
		`01`: false, `-`: false, `1.`: false, `.5`: false, `1e`: false, `+1`: false, `nul`: false, `truex`: false,
		`[1,]`: false, `{"a":1,}`: false, `{"a"}`: false, `{a:1}`: false, `[1 2]`: false, `[`: false, `"`: false, `"\`: false, ``: false, `1 1`: false,
		"\"\xff\"": false, "\"\n\"": false, "\"\\u00\n\"": false, `"\x"`: false,
		strings.Repeat("[", 33) + strings.Repeat("]", 33): false,
		strings.Repeat("[", 32) + strings.Repeat("]", 32): true,
		"[" + strings.Repeat("{},", 300_000) + "{}]":      false,
	} {
		if got := agrees(t, []byte(body)); got != scanned {
			t.Errorf("%.60q: scanned %v, want %v", body, got, scanned)
		}
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !agrees(t, b) {
			t.Errorf("%s is not scanned", name)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e3,"\u00e9",null,true]}`, "\"\xff\\u0000\"", `[{"a":{"a":{}}}]`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) { agrees(t, body) })
}

// FuzzLine tries the shortcuts for texts and addresses that are as they should be.
func FuzzLine(f *testing.F) {
	f.Add("a b", "http://prometheus.example.com:9090/graph?g0.expr=up%20%3E+1&g0.tab=1")
	f.Add(" a  b\n", "https://a/../b//c?")
	f.Add("a\x7f", "http://:80/")
	f.Add("é ", "https://A_b-c/x?%zz")
	f.Fuzz(func(t *testing.T, text, address string) {
		if isLine(text) && strings.Join(strings.Fields(text), " ") != text {
			t.Errorf("%q is no line", text)
		}
		if !isAddress(address) {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.String() != address {
			t.Errorf("%q is no address: %v, %v", address, u, err)
		}
	})
}
