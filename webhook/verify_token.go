package webhook

import (
	"encoding/json"
	"net/http"

	"ragoffire/webhook/source"
)

// tokenVerifier asks for one of a source's tokens, wherever senders can put
// one: a bearer header, the password of basic authentication, a header of their
// own, or the address, for those that can set nothing else.
type tokenVerifier struct {
	name   string
	tokens []string
	header string // another header
	key    string // a member of the body
}

func (v tokenVerifier) verify(r *http.Request, body func() ([]byte, error)) error {
	var shown []string
	if token, ok := bearer(r.Header.Get("Authorization")); ok {
		shown = append(shown, token)
	}
	if user, password, ok := r.BasicAuth(); ok {
		shown = append(shown, password, user+":"+password)
	}
	if s := r.Header.Get(v.header); v.header != "" && s != "" {
		shown = append(shown, s)
	}
	query := r.URL.Query()
	for _, name := range []string{"token", "access_token"} {
		if s := query.Get(name); s != "" {
			shown = append(shown, s)
		}
	}
	if v.key != "" && len(shown) == 0 {
		b, err := body()
		if err != nil {
			return err
		}
		if s := member(b, v.key); s != "" {
			shown = append(shown, s)
		}
	}
	// All are compared, so that the time it takes tells nothing.
	ok := false
	for _, have := range shown {
		for _, want := range v.tokens {
			ok = same(have, want) || ok
		}
	}
	if ok {
		return nil
	}
	return unproven("wrong or missing token", v.fix())
}

func (v tokenVerifier) fix() string {
	token := "send the token of sources." + v.name
	switch {
	case v.key != "":
		return token + " as " + v.key
	case v.header != "":
		return token + " in the header " + v.header
	}
	return token + " in the header Authorization: Bearer"
}

// member is a text of a body that is an object.
func member(body []byte, key string) string {
	var o map[string]json.RawMessage
	var s string
	if json.Unmarshal(source.Bare(body), &o) != nil || json.Unmarshal(o[key], &s) != nil {
		return ""
	}
	return s
}
