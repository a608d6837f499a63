//! The launcher over HTTP: `POST /runs`, `POST /runs/{run}/cancel`, `PUT /uploads/{sha256}/{part}`.
//!
//! In: a request with a token that may launch. Out: the run's name, or a sentence. Read next: `../access.rs`.

use serde_json::json;

use super::{LaunchError, Launcher};
use crate::http::{HttpAnswer, HttpRequest};
use crate::messages::LaunchRequest;
use crate::stores::{Continue, Objects, Registry};

impl<R: Registry, O: Objects, C: Continue> Launcher<R, O, C> {
    pub(super) async fn answer(&self, request: &HttpRequest) -> HttpAnswer {
        if request.method() == "OPTIONS" {
            return HttpAnswer::preflight(&self.access, request);
        }
        self.route(request).await.for_origin(&self.access, request)
    }

    async fn route(&self, request: &HttpRequest) -> HttpAnswer {
        let Some(grant) = self.access.grant(request.header("authorization")) else {
            let sentence = "a token is needed: send «Authorization: Bearer TOKEN»";
            return HttpAnswer::error(401, sentence).with("www-authenticate", "Bearer");
        };
        if !grant.launch {
            return HttpAnswer::error(403, "this token may look at runs, not launch or stop them");
        }
        let path: Vec<&str> = request.raw_path.split('/').filter(|part| !part.is_empty()).collect();
        match (request.method(), path.as_slice()) {
            ("POST", ["runs"]) => {
                let Some(body) = request.body_bytes() else {
                    return HttpAnswer::error(400, "the body is broken");
                };
                let launch: LaunchRequest = match serde_json::from_slice(&body) {
                    Ok(launch) => launch,
                    Err(error) => {
                        return HttpAnswer::error(400, &format!("the request can't be read: {error}"));
                    }
                };
                if !grant.sees(&Self::name_of(&launch)) {
                    return HttpAnswer::error(403, "this token may not use that name");
                }
                launched(self.launch(launch).await)
            }
            ("POST", ["runs", run, "cancel"]) if grant.sees(run) => match self.registry.cancel(run).await {
                Ok(true) => HttpAnswer::json(202, &json!({ "run": run })),
                Ok(false) => {
                    HttpAnswer::error(404, &format!("there is no run «{run}» to stop, or it is over"))
                }
                Err(error) => HttpAnswer::error(502, &error.to_string()),
            },
            ("PUT", ["uploads", sha256, part]) => match request.body_bytes() {
                Some(body) => self.take_part(sha256, part, body).await,
                None => HttpAnswer::error(400, "the body is broken"),
            },
            _ => {
                let sentence = "possible are POST /runs, POST /runs/RUN/cancel and PUT /uploads/SHA256/PART";
                HttpAnswer::error(404, sentence)
            }
        }
    }
}

fn launched(result: Result<crate::messages::Launched, LaunchError>) -> HttpAnswer {
    match result {
        Ok(launched) => {
            let status = if launched.is_new { 201 } else { 200 };
            HttpAnswer::json(status, &json!({ "run": launched.run, "is_new": launched.is_new }))
        }
        Err(LaunchError::Refused(sentence)) => HttpAnswer::error(400, &sentence),
        Err(LaunchError::Taken(sentence) | LaunchError::Superseded(sentence)) => {
            HttpAnswer::error(409, &sentence)
        }
        Err(LaunchError::Failed(error)) => HttpAnswer::error(502, &format!("{error:#}")),
    }
}
