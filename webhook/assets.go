package webhook

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"

	"github.com/labstack/echo/v4"
)

//go:embed assets
var assetFiles embed.FS

// asset is a file of the dashboard. They are served from this map and not from
// a file system, so that no path leads anywhere else.
type asset struct {
	kind string
	etag string
	body packed
}

func loadAssets() (map[string]asset, error) {
	kinds := map[string]string{
		".css":     "text/css; charset=utf-8",
		".js":      "text/javascript; charset=utf-8",
		".svg":     "image/svg+xml",
		".LICENSE": "text/plain; charset=utf-8",
	}
	files, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	out := make(map[string]asset, len(files))
	for _, f := range files {
		name := f.Name()
		kind, ok := kinds[path.Ext(name)]
		if !ok {
			return nil, fmt.Errorf("asset %s: its kind is unknown", name)
		}
		body, err := assetFiles.ReadFile(path.Join("assets", name))
		if err != nil {
			return nil, fmt.Errorf("asset %s: %w", name, err)
		}
		sum := sha256.Sum256(body)
		out[name] = asset{kind: kind, etag: hex.EncodeToString(sum[:6]), body: pack(body)}
	}
	return out, nil
}

// asset serves one. Pages ask for it with its hash, so it may be kept for good.
func (s *Server) asset(c echo.Context) error {
	a, ok := s.pages.assets[c.Param("name")]
	if !ok {
		return newProblem(http.StatusNotFound, "no such asset")
	}
	h := c.Response().Header()
	h.Set("ETag", `"`+a.etag+`"`)
	h.Set("Cache-Control", "no-cache")
	if c.QueryParam("v") == a.etag {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if c.Request().Header.Get("If-None-Match") == `"`+a.etag+`"` {
		return c.NoContent(http.StatusNotModified)
	}
	return a.body.send(c, http.StatusOK, a.kind)
}
