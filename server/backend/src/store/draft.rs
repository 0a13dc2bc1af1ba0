//! Drafts: one for each person and prompt, the form as it was typed.

use atelier_domain::{
    fault::Fault,
    id::{PromptId, UserId},
    prompt::{DraftForm, StoredDraft},
    timestamp::Timestamp,
};

use crate::db::{Db, internal};

use super::{get, json, text};

pub async fn of(db: &mut Db, prompt: PromptId, user: UserId) -> Result<Option<StoredDraft>, Fault> {
    let row = sqlx::query("SELECT form, updated_at FROM drafts WHERE prompt_id = $1 AND user_id = $2")
        .bind(prompt.to_string())
        .bind(user.to_string())
        .fetch_optional(db)
        .await
        .map_err(internal)?;
    row.map(|row| Ok(StoredDraft { form: json(&row, "form")?, updated_at: Timestamp(get(&row, "updated_at")?) })).transpose()
}

pub async fn put(db: &mut Db, prompt: PromptId, user: UserId, form: &DraftForm, at: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO drafts (prompt_id, user_id, base, form, updated_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (prompt_id, user_id) DO UPDATE SET base = excluded.base, form = excluded.form, updated_at = excluded.updated_at",
    )
    .bind(prompt.to_string())
    .bind(user.to_string())
    .bind(i64::from(form.base))
    .bind(text(form))
    .bind(at.0)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

pub async fn delete(db: &mut Db, prompt: PromptId, user: UserId) -> Result<(), Fault> {
    let delete = sqlx::query("DELETE FROM drafts WHERE prompt_id = $1 AND user_id = $2").bind(prompt.to_string()).bind(user.to_string());
    delete.execute(db).await.map_err(internal)?;
    Ok(())
}
