package webhook

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// curl is a request that works as it stands: ids are taken from what is there.
func (r reference) curl(op *huma.Operation, body *huma.Schema) (string, error) {
	auth := ""
	if r.token && op.Security == nil {
		auth = ` -H "Authorization: Bearer $ROF_API_TOKEN"`
	}
	var b strings.Builder
	url := r.base + op.Path
	switch {
	case strings.HasPrefix(op.Path, "/ws/"):
		return "websocat" + auth + " " + strings.Replace(url, "http", "ws", 1), nil
	case op.Method == http.MethodDelete && strings.HasPrefix(op.Path, "/api/v1/incidents"):
		b.WriteString("ID=INC-2025-014  # a past incident; it is gone afterwards\n")
	case second(op) != "":
		fmt.Fprintf(&b, "set -- $(%s | tail -n 2)  # the two that are open for longest\nID=$2\n", r.open(auth))
	case op.Path == splitPath:
		fmt.Fprintf(&b, "ID=$(%s | tail -n 1)\n", r.open(auth))
	case strings.HasPrefix(op.Path, "/api/v1/incidents/{id}"):
		fmt.Fprintf(&b, "ID=$(curl -s%s %s/api/v1/incidents | grep -o 'INC-[0-9]*-[0-9]*' | head -n 1)\n", auth, r.base)
	case strings.HasPrefix(op.Path, "/api/v1/decisions/{id}"):
		fmt.Fprintf(&b, "ID=$(curl -s%s %s/api/v1/decisions | grep -o 'dec_[0-9A-Z]*' | head -n 1)\n", auth, r.base)
	}
	url = strings.NewReplacer("{id}", "$ID", "{source}", "generic").Replace(url)
	for n, p := range op.Parameters {
		if p.Required && p.In == "query" {
			sep := "&"
			if n == 0 {
				sep = "?"
			}
			url += sep + p.Name + "=" + strings.ReplaceAll(fmt.Sprint(first(p.Schema.Examples)), " ", "+")
		}
	}
	b.WriteString("curl" + auth)
	if op.Method != http.MethodGet {
		b.WriteString(" -X " + op.Method)
	}
	b.WriteString(` "` + url + `"`)
	if name := second(op); name != "" {
		fmt.Fprintf(&b, " \\\n  -d \"{\\\"%s\\\": \\\"$1\\\"}\"", name)
		return b.String(), nil
	}
	example, err := r.example(op, body)
	if example != "" {
		b.WriteString(" \\\n  -d '" + example + "'")
	}
	return b.String(), err
}

// open is a command that lists the open incidents, the latest first.
func (r reference) open(auth string) string {
	return fmt.Sprintf(`curl -s%s "%s/api/v1/incidents?status=open" | grep -o '"id":"INC-[0-9-]*' | cut -c7-`, auth, r.base)
}

const splitPath = "/api/v1/incidents/{id}/split"

// second is the member of a body that names a second incident.
func second(op *huma.Operation) string {
	switch op.Path {
	case "/api/v1/incidents/{id}/merge":
		return "from"
	case "/api/v1/incidents/{id}/link":
		return "to"
	}
	return ""
}

func first(examples []any) any {
	if len(examples) == 0 {
		return "…"
	}
	return examples[0]
}

// example is a body of the members that have one.
func (r reference) example(op *huma.Operation, body *huma.Schema) (string, error) {
	if op.Path == importRoute {
		return `{"kind": "incident", "id": "INC-2025-014", "title": "Checkout timed out", "resolution": "Throttle connections to 30%"}`, nil
	}
	if strings.HasPrefix(op.Path, "/webhooks/") {
		body = r.schemas.Map()["Anomaly"]
	}
	if body == nil {
		return "", nil
	}
	values := make(map[string]any)
	for name, p := range body.Properties {
		switch p = r.resolve(p); {
		case len(p.Examples) > 0:
			values[name] = p.Examples[0]
		case slices.Contains(body.Required, name) && len(p.Enum) > 0:
			values[name] = p.Enum[0]
		}
	}
	if len(values) == 0 {
		return "", nil
	}
	out, err := json.MarshalIndent(values, "  ", "  ")
	return string(out), err
}
