//! Where labels stand, and how they came there.

use atelier_domain::{fault::Fault, id::PromptId, prompt::LabelMove, timestamp::Timestamp};
use uuid::Uuid;

use crate::{
    db::{Db, internal},
    store::{get, number, parsed},
};

/// Sets the label, writes the move to its history, and notes the edit.
pub async fn move_label(db: &mut Db, move_id: Uuid, prompt: PromptId, moved: &LabelMove) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO labels (prompt_id, label, version, moved_at, moved_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (prompt_id, label) DO UPDATE SET version = excluded.version, moved_at = excluded.moved_at, moved_by = excluded.moved_by",
    )
    .bind(prompt.to_string())
    .bind(moved.label.as_str())
    .bind(i64::from(moved.to))
    .bind(moved.moved_at.0)
    .bind(&moved.moved_by)
    .execute(&mut *db)
    .await
    .map_err(internal)?;
    sqlx::query("INSERT INTO label_moves (id, prompt_id, label, from_version, to_version, moved_at, moved_by) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(move_id.to_string())
        .bind(prompt.to_string())
        .bind(moved.label.as_str())
        .bind(moved.from.map(i64::from))
        .bind(i64::from(moved.to))
        .bind(moved.moved_at.0)
        .bind(&moved.moved_by)
        .execute(&mut *db)
        .await
        .map_err(internal)?;
    sqlx::query("UPDATE prompts SET updated_at = $2, updated_by = $3 WHERE id = $1")
        .bind(prompt.to_string())
        .bind(moved.moved_at.0)
        .bind(&moved.moved_by)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

/// The last hundred moves, newest first.
pub async fn label_moves(db: &mut Db, prompt: PromptId) -> Result<Vec<LabelMove>, Fault> {
    let rows = sqlx::query("SELECT label, from_version, to_version, moved_at, moved_by FROM label_moves WHERE prompt_id = $1 ORDER BY id DESC LIMIT 100")
        .bind(prompt.to_string())
        .fetch_all(db)
        .await
        .map_err(internal)?;
    rows.iter()
        .map(|row| {
            Ok(LabelMove {
                label: parsed(row, "label")?,
                from: get::<Option<i64>>(row, "from_version")?.map(number),
                to: number(get(row, "to_version")?),
                moved_at: Timestamp(get(row, "moved_at")?),
                moved_by: get(row, "moved_by")?,
            })
        })
        .collect()
}
