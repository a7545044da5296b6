package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/scenario"
)

// Scenarios sets up scenarios.
type Scenarios interface {
	// Setup sets a scenario up. It returns scenario.ErrUnknownCode or a
	// *scenario.RequestError for what it does not know.
	Setup(ctx context.Context, in scenario.Request) (*scenario.Scenario, error)
}

func (a *api) listScenarios(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"scenarios": scenario.List()})
}

func (a *api) playScenario(w http.ResponseWriter, r *http.Request) {
	text := r.PathValue("code")
	unknown := problem{Message: "there is no scenario for the code " + clip(text, 20) + "; GET /dev/v1/scenarios lists all scenarios"}
	code, err := strconv.Atoi(text)
	if err != nil {
		writeJSON(w, http.StatusNotFound, unknown)
		return
	}
	query := r.URL.Query()
	made, err := a.Scenarios.Setup(r.Context(), scenario.Request{
		Code: errcode.Code(code), Cause: query.Get("cause"), Variant: query.Get("variant"), Live: scenario.PeopleMode(query.Get("live")), From: clientIP(r),
	})
	var bad *scenario.RequestError
	switch {
	case errors.Is(err, scenario.ErrUnknownCode):
		writeJSON(w, http.StatusNotFound, unknown)
	case errors.As(err, &bad):
		a.developerError(w, &FieldErrors{Errors: []FieldError{{bad.Property, bad.Reason}}})
	case err != nil:
		a.developerError(w, err)
	default:
		writeJSON(w, http.StatusOK, made)
	}
}
