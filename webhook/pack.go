package webhook

import (
	"bytes"
	"compress/gzip"
	"strings"

	"github.com/labstack/echo/v4"
)

// packed is a body in both forms that it may be asked for in.
type packed struct{ plain, gzip []byte }

func pack(body []byte) packed {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil || b.Len() >= len(body) {
		return packed{plain: body}
	}
	return packed{plain: body, gzip: b.Bytes()}
}

func (p packed) send(c echo.Context, status int, kind string) error {
	h := c.Response().Header()
	h.Set(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if p.gzip != nil && strings.Contains(c.Request().Header.Get(echo.HeaderAcceptEncoding), "gzip") {
		h.Set(echo.HeaderContentEncoding, "gzip")
		return c.Blob(status, kind, p.gzip)
	}
	return c.Blob(status, kind, p.plain)
}
