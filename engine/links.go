package engine

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FillRange fills {{from}} and {{to}} of a link to a graph, in milliseconds.
func FillRange(template string, from, to time.Time) string {
	return strings.NewReplacer(
		"{{from}}", strconv.FormatInt(from.UnixMilli(), 10), "{{to}}", strconv.FormatInt(to.UnixMilli(), 10),
	).Replace(template)
}

// SilenceLink is the page of an Alertmanager on which a person silences a
// series: its external address with the series' labels filled in. It is empty
// where there is no address or no label.
func SilenceLink(external string, labels map[string]string) string {
	u, err := url.Parse(external)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || len(labels) == 0 {
		return ""
	}
	var filter []string
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		filter = append(filter, k+"="+strconv.Quote(labels[k]))
	}
	u.RawQuery, u.Fragment = "", ""
	// The page reads what follows # itself, where a plus sign is no blank.
	query := strings.ReplaceAll(url.QueryEscape("{"+strings.Join(filter, ",")+"}"), "+", "%20")
	return strings.TrimRight(u.String(), "/") + "/#/silences/new?filter=" + query
}
