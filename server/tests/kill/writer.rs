//! One of those who write: it remembers what it was answered, and looks for all of it afterwards.

use std::sync::Arc;

use sqlx::AnyConnection;

use crate::http::Connection;

pub struct Writer {
    number: usize,
    key: Arc<str>,
    /// The number in the text of the next version: no two are equal.
    next: usize,
    /// Of its own prompt: number and text of each version that was answered, and the newest label move.
    saved: Vec<(i64, String)>,
    published: i64,
    /// Of the prompt that all write: the texts.
    shared: Vec<String>,
    made: bool,
}

impl Writer {
    pub fn new(number: usize, key: Arc<str>) -> Self {
        Self { number, key, next: 0, saved: Vec::new(), published: 0, shared: Vec::new(), made: false }
    }

    pub fn answered(&self) -> usize {
        2 * self.saved.len() + self.shared.len()
    }

    fn prompt(&self) -> String {
        format!("own-{}", self.number)
    }

    /// Ends with the first answer that does not come.
    pub fn write_until_killed(&mut self, address: &str) {
        // The server may be gone before the first request.
        let _ = Connection::open(address, &self.key).and_then(|mut connection| -> std::io::Result<()> {
            loop {
                self.write(&mut connection)?;
            }
        });
    }

    fn write(&mut self, connection: &mut Connection) -> std::io::Result<()> {
        if !self.made {
            for name in [self.prompt(), "shared".to_owned()] {
                let (status, body) = connection.send("POST", "/api/v1/prompts", &format!("{{\"name\": \"{name}\", \"type\": \"text\"}}"))?;
                assert!([201, 409].contains(&status), "{status}: {body}");
            }
            self.made = true;
        }
        let (number, text) = self.save(connection, &self.prompt())?;
        self.saved.push((number, text));
        let label = format!("/api/v1/prompts/{}/labels/production", self.prompt());
        let (status, body) = connection.send("PUT", &label, &format!("{{\"version\": {number}}}"))?;
        assert_eq!(status, 200, "{body}");
        self.published = number;
        let (_, text) = self.save(connection, "shared")?;
        self.shared.push(text);
        Ok(())
    }

    fn save(&mut self, connection: &mut Connection, prompt: &str) -> std::io::Result<(i64, String)> {
        self.next += 1;
        let text = format!("writer {} text {}", self.number, self.next);
        let (status, body) = connection.send("POST", &format!("/api/v1/prompts/{prompt}/versions"), &format!("{{\"text\": \"{text}\"}}"))?;
        assert_eq!(status, 201, "{body}");
        let version: serde_json::Value = serde_json::from_str(&body).unwrap();
        Ok((version["version"].as_i64().unwrap(), text))
    }

    pub async fn check(&self, db: &mut AnyConnection, round: usize) {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT v.number, v.body FROM versions v JOIN prompts p ON p.id = v.prompt_id WHERE p.name = $1 ORDER BY v.number")
                .bind(self.prompt())
                .fetch_all(&mut *db)
                .await
                .unwrap();
        for (number, text) in &self.saved {
            let found = rows.iter().find(|row| row.0 == *number);
            assert!(found.is_some_and(|row| row.1.contains(text.as_str())), "round {round}: version {number} of {} is missing", self.prompt());
        }
        let label: Option<i64> = sqlx::query_scalar("SELECT l.version FROM labels l JOIN prompts p ON p.id = l.prompt_id WHERE p.name = $1")
            .bind(self.prompt())
            .fetch_optional(&mut *db)
            .await
            .unwrap();
        assert!(label.unwrap_or(0) >= self.published, "round {round}: a move to {} is missing", self.published);
        let shared: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM versions v JOIN prompts p ON p.id = v.prompt_id WHERE p.name = 'shared' AND v.body LIKE $1")
            .bind(format!("%writer {} text%", self.number))
            .fetch_one(db)
            .await
            .unwrap();
        assert!(usize::try_from(shared).unwrap() >= self.shared.len(), "round {round}: {shared} of {} shared versions", self.shared.len());
    }

    /// What programs see at the end.
    pub fn check_pull(&self, address: &str) {
        let mut connection = Connection::open(address, &self.key).unwrap();
        let (status, body) = connection.send("GET", &format!("/api/v1/prompts/{}?label=production", self.prompt()), "").unwrap();
        assert_eq!(status, 200, "{body}");
        let pulled: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert!(pulled["version"].as_i64().unwrap() >= self.published);
    }
}
