package face

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed assets templates
var files embed.FS

// asset is a file of the page; they are served from a map, so that no path leads
// anywhere else.
type asset struct {
	kind, etag string
	body       []byte
}

func loadAssets() (map[string]asset, error) {
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	all, err := fs.ReadDir(files, "assets")
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	out := make(map[string]asset, len(all))
	for _, entry := range all {
		body, err := fs.ReadFile(files, path.Join("assets", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("asset %s: %w", entry.Name(), err)
		}
		sum := sha256.Sum256(body)
		out[entry.Name()] = asset{kind: kinds[path.Ext(entry.Name())], etag: `"` + hex.EncodeToString(sum[:8]) + `"`, body: body}
	}
	return out, nil
}

// asset serves one. The modules import each other by their plain names, so a
// browser asks each time whether its copy is still good.
func (f *Face) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := f.assets[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("ETag", a.etag)
	h.Set("Cache-Control", "no-cache")
	if strings.Contains(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.kind)
	f.write(w, a.body)
}

// settings is what the page's script must know before the first picture.
type settings struct {
	Channel   string   `json:"channel"`
	Command   string   `json:"command"`
	Verbs     []Verb   `json:"verbs"`
	Shortcut  Shortcut `json:"shortcut"`
	Alerts    []Alert  `json:"alerts"`
	Sources   []string `json:"sources"`
	Deliver   string   `json:"deliver"`
	Feed      string   `json:"feed"`
	Dashboard string   `json:"dashboard"`
}

// render makes the page, which is the same for everybody.
func (f *Face) render() ([]byte, error) {
	t, err := template.ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	c := f.cfg
	data, err := json.Marshal(settings{
		Channel: c.Channel, Command: c.Command, Verbs: c.Verbs, Shortcut: c.Shortcut, Alerts: c.Alerts, Sources: c.Sources,
		Deliver: c.Deliver, Feed: c.Feed, Dashboard: c.Dashboard,
	})
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "slack.html", map[string]any{"Settings": string(data), "Dashboard": c.Dashboard}); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return b.Bytes(), nil
}

func newReader(body []byte) io.ReadSeeker { return bytes.NewReader(body) }
