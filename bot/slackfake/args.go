package slackfake

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Slack documents no limit for a request's body; this one only protects the
// process.
const maxBody = 8 << 20

// args are a call's arguments. What came as something else than a string is
// kept as its JSON, so that form posts and JSON posts read the same.
type args map[string]string

// parse reads the arguments and the token of a Web API call. Slack takes a
// token from the Authorization header or a form field, not from the query or a
// JSON body.
func parse(r *http.Request) (a args, token string, err error) {
	a = args{}
	for k, v := range r.URL.Query() {
		a[k] = v[0]
	}
	delete(a, "token")
	token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if r.Method == http.MethodGet || r.Body == nil {
		return a, token, nil
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return a, token, apiError{Code: "request_timeout"}
		}
		fields, err := decodeArgs(body)
		maps.Copy(a, fields)
		delete(a, "token")
		return a, token, err
	case "application/x-www-form-urlencoded", "":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return a, token, apiError{Code: "request_timeout"}
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return a, token, apiError{Code: "invalid_form_data"}
		}
		token = a.take(form, token)
		return a, token, nil
	case "multipart/form-data":
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return a, token, apiError{Code: "invalid_form_data"}
		}
		token = a.take(r.MultipartForm.Value, token)
		return a, token, nil
	}
	return a, token, apiError{Code: "invalid_post_type"}
}

func (a args) take(form url.Values, token string) string {
	for k, v := range form {
		if k == "token" {
			if token == "" {
				token = v[0]
			}
			continue
		}
		a[k] = v[0]
	}
	return token
}

// decodeArgs flattens a JSON object into arguments; null is absent. An empty
// body is no arguments: slack-go posts one to apps.connections.open.
func decodeArgs(body []byte) (args, error) {
	a := args{}
	if len(bytes.TrimSpace(body)) == 0 {
		return a, nil
	}
	if !json.Valid(body) {
		return a, apiError{Code: "invalid_json"}
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return a, apiError{Code: "json_not_object"}
	}
	for k, raw := range fields {
		var text string
		switch {
		case string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			a[k] = text
		default:
			a[k] = string(raw)
		}
	}
	return a, nil
}

func (a args) yes(key string) bool {
	on, _ := strconv.ParseBool(a[key])
	return on
}

// no is an explicit false, for what Slack does unless told otherwise.
func (a args) no(key string) bool {
	on, err := strconv.ParseBool(a[key])
	return err == nil && !on
}

// limit reads a page size within Slack's bounds.
func (a args) limit(standard, most int) int {
	n, err := strconv.Atoi(a["limit"])
	if err != nil || n <= 0 {
		n = standard
	}
	return min(n, most)
}

func (a args) list(key string) []string {
	var out []string
	for part := range strings.SplitSeq(a[key], ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
